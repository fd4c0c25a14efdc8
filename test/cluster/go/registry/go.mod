module netdoctor.test/cluster/registry

go 1.26
