#!/bin/bash
# Process 1 of a machine: machine-init.sh NAME DIR. It runs in network, mount, UTS and PID namespaces of its own, gives the
# machine a private /run, /var/lib and /var/log under DIR, then waits for adopted processes to end.
set -e
name=$1 dir=$2
hostname "$name"
mkdir -p "$dir"/{run,var-lib,var-log,cgroup}
# A sysfs of this network namespace, with the host's cgroups under it.
mount --rbind /sys/fs/cgroup "$dir/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$dir/cgroup" /sys/fs/cgroup
umount -l "$dir/cgroup"
mount --bind "$dir/resolv.conf" /etc/resolv.conf
mount --bind "$dir/hosts" /etc/hosts
mount --bind "$dir/var-lib" /var/lib
mount --bind "$dir/var-log" /var/log
mount --bind "$dir/run" /run
mkdir -p /run/lock /run/containerd
# The kubelet's volumes need propagation; the namespace itself stays private.
mount --make-rshared /
ip link set lo up
touch "$dir/ready"
set +e
# Bash reaps the children that it adopts while it waits.
while :; do sleep 3600 & wait $!; done
