module netdoctor.test/cluster/traefik

go 1.26.0

require (
	github.com/traefik/traefik/v3 v3.7.13
	github.com/yandex-cloud/go-genproto v0.137.0
)

require (
	github.com/abbot/go-http-auth v0.4.0 // indirect
	golang.org/x/crypto v0.56.0 // indirect
	golang.org/x/net v0.58.0 // indirect
)

replace github.com/traefik/traefik/dynamic/ext => ./ext

// Containous forks
replace github.com/gorilla/mux => github.com/containous/mux v0.0.0-20250523120546-41b6ec3aed59

replace github.com/go-acme/lego/v5 => ./lego

replace github.com/abbot/go-http-auth => ./httpauth
