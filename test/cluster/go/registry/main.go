// Command registry serves a directory of images, read-only, as an OCI registry that stands in for every public one.
//
//	DIR/blobs/HEX    layers, configurations and manifests, named by their sha256
//	DIR/tags.json    {"docker.io/nicolaka/netshoot:latest": "HEX of the manifest"}
//
// containerd asks a mirror for /v2/NAME/manifests/TAG?ns=REGISTRY, so that one registry can answer for all of them.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

const manifestType = "application/vnd.oci.image.manifest.v1+json"

func main() {
	dir := flag.String("dir", "", "image store")
	listen := flag.String("listen", "127.0.0.1:5000", "address to listen on")
	flag.Parse()
	http.Handle("/v2/", store{dir: *dir})
	log.Fatal(http.ListenAndServe(*listen, nil))
}

type store struct{ dir string }

func (s store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	log.Println(r.Method, r.URL)
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	path := strings.TrimPrefix(r.URL.Path, "/v2/")
	if path == "" {
		w.WriteHeader(http.StatusOK)
		return
	}
	if _, hex, ok := strings.Cut(path, "/blobs/sha256:"); ok {
		s.serveBlob(w, r, hex, "application/octet-stream")
		return
	}
	if name, reference, ok := strings.Cut(path, "/manifests/"); ok {
		s.serveBlob(w, r, s.manifest(r.URL.Query().Get("ns"), name, reference), manifestType)
		return
	}
	notFound(w)
}

// manifest returns the sha256 of the manifest that reference (a tag, or a digest) stands for, or "".
func (s store) manifest(registry, name, reference string) string {
	if hex, ok := strings.CutPrefix(reference, "sha256:"); ok {
		return hex
	}
	content, err := os.ReadFile(filepath.Join(s.dir, "tags.json"))
	if err != nil {
		log.Println(err)
		return ""
	}
	tags := map[string]string{}
	if err := json.Unmarshal(content, &tags); err != nil {
		log.Println(err)
	}
	return tags[registry+"/"+name+":"+reference]
}

func (s store) serveBlob(w http.ResponseWriter, r *http.Request, hex, contentType string) {
	if len(hex) != 64 || strings.ContainsAny(hex, "/.") {
		notFound(w)
		return
	}
	blob, err := os.Open(filepath.Join(s.dir, "blobs", hex))
	if err != nil {
		notFound(w)
		return
	}
	defer blob.Close()
	info, err := blob.Stat()
	if err != nil {
		notFound(w)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Docker-Content-Digest", "sha256:"+hex)
	http.ServeContent(w, r, "", info.ModTime(), blob)
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	w.Write([]byte(`{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "not among the images of the test cluster"}]}`))
}
