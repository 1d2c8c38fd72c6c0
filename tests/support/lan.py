"""A LAN of its own: network namespaces joined by a bridge, with real multicast and real TCP.

Everything, the bridge too, lives in namespaces made here; nothing else on the machine is touched.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


class NoNamespacesError(Exception):
    """The kernel, or our rights, refuse network namespaces; says why."""


class Lan:
    """`hosts` PCs, numbered from 1, with the addresses 10.77.0.1 and up. A context manager.

    Raises:
        NoNamespacesError: on entering, if namespaces cannot be made here.
    """

    def __init__(self, hosts, addressed=True):
        self._name = f"ehr{os.getpid() % 100000}"
        self._hosts = range(1, hosts + 1)
        self._addressed = addressed
        self._programs = []

    def __enter__(self):
        if shutil.which("ip") is None:
            raise NoNamespacesError("there is no ip command")
        try:
            self._build()
        except subprocess.CalledProcessError as error:
            self._tear_down()
            raise NoNamespacesError(error.stderr.strip()) from error
        return self

    def __exit__(self, *_):
        for program in self._programs:
            program.close()
        self._tear_down()

    def host_address(self, host):
        return f"10.77.0.{host}"

    def start(self, host, script, *arguments):
        """Run a Python program of tests/support on a host; give it as a `Program`."""
        command = ["ip", "netns", "exec", self._space(host), sys.executable, "-W", "error"]
        command += [str(ROOT / "tests" / "support" / script), *map(str, arguments)]
        self._programs.append(Program(command))
        return self._programs[-1]

    def readdress(self, host, address):
        """Give a host another address, or its first."""
        self._ip(host, "addr", "flush", "dev", "eth0", "scope", "global")
        self._ip(host, "addr", "add", f"{address}/24", "brd", "+", "dev", "eth0")
        self._ip(host, "route", "replace", "default", "dev", "eth0")

    def unplug(self, host):
        self._ip("switch", "link", "set", f"port{host}", "down")

    def plug(self, host):
        self._ip("switch", "link", "set", f"port{host}", "up")

    def block_multicast(self, *hosts):
        """Let no multicast through to these hosts, as access points with isolation do."""
        for host in hosts:
            self._run("bridge", "-n", self._space("switch"), "link", "set", "dev", f"port{host}",
                      "mcast_flood", "off")  # fmt: skip

    def block_inbound(self, host, protocol, port):
        """Drop what comes to a port of this host, as a personal firewall does; once a host."""
        self._ip(host, "rule", "add", "pref", "10", "lookup", "local")
        self._ip(
            host,
            "rule",
            "add",
            "pref",
            "5",
            "iif",
            "eth0",
            "ipproto",
            protocol,
            "dport",
            port,
            "blackhole",
        )
        self._ip(host, "rule", "del", "pref", "0")

    def _build(self):
        self._run("ip", "netns", "add", self._space("switch"))
        self._ip("switch", "link", "add", "bridge0", "type", "bridge", "mcast_snooping", "0")
        self._ip("switch", "link", "set", "bridge0", "up")
        for host in self._hosts:
            self._run("ip", "netns", "add", self._space(host))
            self._ip(
                host,
                "link",
                "add",
                "eth0",
                "type",
                "veth",
                "peer",
                f"port{host}",
                "netns",
                self._space("switch"),
            )
            self._ip("switch", "link", "set", f"port{host}", "master", "bridge0", "up")
            self._ip(host, "link", "set", "lo", "up")
            self._ip(host, "link", "set", "eth0", "up")
            if self._addressed:
                self.readdress(host, self.host_address(host))

    def _tear_down(self):
        for host in (*self._hosts, "switch"):
            subprocess.run(
                ["ip", "netns", "del", self._space(host)], capture_output=True, check=False
            )

    def _space(self, host):
        return f"{self._name}-{host}"

    def _ip(self, host, *arguments):
        self._run("ip", "-n", self._space(host), *map(str, arguments))

    def _run(self, *command):
        subprocess.run(command, check=True, capture_output=True, text=True)


class Program:
    """A running program that writes one JSON object a line."""

    def __init__(self, command):
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self._unread = b""
        self.said = []

    def tell(self, **order):
        self._process.stdin.write(json.dumps(order).encode() + b"\n")

    def wait_for(self, seconds, **facts):
        """Give the first thing it says from now on, or said since the last such wait, with `facts`."""
        deadline = time.monotonic() + seconds
        while True:
            line = self._next_line(deadline - time.monotonic())
            if line is None:
                raise AssertionError(f"no {facts} within {seconds} s; it said {self.said[-20:]}")
            self.said.append(line)
            if facts.items() <= line.items():
                return line

    def kill(self):
        self._process.kill()
        self._process.wait()

    def terminate(self, seconds=5):
        """Ask it to end; give its exit code."""
        self._process.terminate()
        return self._process.wait(seconds)

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _next_line(self, seconds):
        """Read without a buffer of the library's, which would hide lines from `select`."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                return None
            piece = os.read(self._process.stdout.fileno(), 65536)
            if not piece:
                return None
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)
