"""A LAN of its own: network namespaces joined by a bridge, with real multicast and real TCP.

Everything, the bridge too, lives in namespaces made here; nothing else on the machine is touched.
Who is not root makes them inside a user namespace, where the kernel allows that.
"""

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from typing_extensions import override

BRIDGE: Final = "bridge0"
_ASIDE: Final = "bridge1"


class NoNamespacesError(Exception):
    """The kernel, or our rights, refuse network namespaces; says why."""


class SilentError(AssertionError):
    """A program did not say in time what was waited for."""


class Hosts:
    """PCs on which programs run, from `folder`. A context manager: they are closed with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: list[Program] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every program."""
        for program in self._programs:
            program.close()

    def _begin(self, command: Sequence[str], environment: Mapping[str, str] | None) -> "Program":
        self._programs.append(Program(command, self._folder, environment or {}))
        return self._programs[-1]


class Lan(Hosts):
    """`hosts` PCs, numbered from 1, with the addresses 10.77.0.1 and up. A context manager.

    Without `addressed` they have no address yet. `folder` is where programs start.

    Raises:
        NoNamespacesError: on entering, if namespaces cannot be made here.
    """

    def __init__(self, hosts: int, folder: Path, *, addressed: bool = True) -> None:
        super().__init__(folder)
        self._name = f"ehr{os.getpid() % 100000}{os.urandom(2).hex()}"
        self._hosts = range(1, hosts + 1)
        self._addressed = addressed
        self._inside: list[str] = []
        self._holder: subprocess.Popen[bytes] | None = None

    @override
    def __enter__(self) -> Self:
        if shutil.which("ip") is None:
            raise NoNamespacesError("there is no ip command")
        try:
            if os.geteuid():
                self._become_root()
            self._build()
        except subprocess.CalledProcessError as error:
            self._tear_down()
            raise NoNamespacesError(str(error.stderr).strip()) from error
        return self

    @override
    def close(self) -> None:
        super().close()
        self._tear_down()

    def host_address(self, host: int) -> str:
        """Give the first address of a host."""
        return f"10.77.0.{host}"

    def run(
        self, host: int, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> "Program":
        """Run a program on a host."""
        there = [*self._inside, "ip", "netns", "exec", self._space(host), *command]
        return self._begin(there, environment)

    def readdress(self, host: int, address: str) -> None:
        """Give a host another address, or its first."""
        self._ip(host, "addr", "flush", "dev", "eth0", "scope", "global")
        self._ip(host, "addr", "add", f"{address}/24", "brd", "+", "dev", "eth0")
        self._ip(host, "route", "replace", "default", "dev", "eth0")

    def unplug(self, host: int) -> None:
        """Pull a host's cable."""
        self._switch("link", "set", f"port{host}", "down")

    def plug(self, host: int) -> None:
        """Put a host's cable back."""
        self._switch("link", "set", f"port{host}", "up")

    def cut(self, hosts: Iterable[int]) -> None:
        """Move these hosts to a switch of their own: they reach each other and nobody else."""
        for host in hosts:
            self._switch("link", "set", f"port{host}", "master", _ASIDE)

    def heal(self) -> None:
        """Join all hosts again."""
        for host in self._hosts:
            self._switch("link", "set", f"port{host}", "master", BRIDGE)
            self._multicast(host, allowed=True)

    def block_multicast(self, *hosts: int) -> None:
        """Let no multicast through to these hosts, as access points with isolation do."""
        for host in hosts:
            self._multicast(host, allowed=False)

    def block_inbound(self, host: int, protocol: str, port: int) -> None:
        """Drop what comes to a port of this host, as a personal firewall does; once a host."""
        self._ip(host, "rule", "add", "pref", "10", "lookup", "local")
        self._ip(
            host, "rule", "add", "pref", "5", "iif", "eth0", "ipproto", protocol,
            "dport", str(port), "blackhole",
        )  # fmt: skip
        self._ip(host, "rule", "del", "pref", "0")

    def _multicast(self, host: int, *, allowed: bool) -> None:
        flood = "on" if allowed else "off"
        self._run(
            "bridge", "-n", self._space("switch"), "link", "set", "dev", f"port{host}",
            "mcast_flood", flood,
        )  # fmt: skip

    def _become_root(self) -> None:
        """Make a user namespace in which we are root, and a process that holds it."""
        if shutil.which("unshare") is None or shutil.which("nsenter") is None:
            raise NoNamespacesError("there is no unshare command")
        hold = "mount -t tmpfs none /run && echo ready && read -r _"
        self._holder = subprocess.Popen(  # noqa: S603 - our own words
            ["unshare", "-Urnm", "sh", "-c", hold],  # noqa: S607 - wherever the system has it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        if not self._holder.stdout.readline():
            _, refused = self._holder.communicate()
            raise NoNamespacesError(refused.decode().strip())
        process = str(self._holder.pid)
        self._inside = ["nsenter", "-t", process, "-U", "-n", "-m", "--preserve-credentials"]

    def _build(self) -> None:
        self._run("ip", "netns", "add", self._space("switch"))
        for bridge in (BRIDGE, _ASIDE):
            self._switch("link", "add", bridge, "type", "bridge", "mcast_snooping", "0")
            self._switch("link", "set", bridge, "up")
        for host in self._hosts:
            self._run("ip", "netns", "add", self._space(host))
            self._ip(
                host, "link", "add", "eth0", "type", "veth", "peer", f"port{host}",
                "netns", self._space("switch"),
            )  # fmt: skip
            self._switch("link", "set", f"port{host}", "master", BRIDGE, "up")
            self._ip(host, "link", "set", "lo", "up")
            self._ip(host, "link", "set", "eth0", "up")
            if self._addressed:
                self.readdress(host, self.host_address(host))

    def _tear_down(self) -> None:
        for host in (*self._hosts, "switch"):
            self._run("ip", "netns", "del", self._space(host), check=False)
        if self._holder is not None:
            self._holder.communicate()

    def _space(self, host: int | str) -> str:
        return f"{self._name}-{host}"

    def _ip(self, host: int, *arguments: str) -> None:
        self._run("ip", "-n", self._space(host), *arguments)

    def _switch(self, *arguments: str) -> None:
        self._run("ip", "-n", self._space("switch"), *arguments)

    def _run(self, *command: str, check: bool = True) -> None:
        whole = [*self._inside, *command]
        subprocess.run(whole, check=check, capture_output=True, text=True)  # noqa: S603 - our own


class Program:
    """A running program that writes one JSON object a line."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONUNBUFFERED": "1", **environment},
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._facts = self._process.stdin, self._process.stdout
        self._unread = b""
        self.said: list[dict[str, Any]] = []

    def tell(self, **order: Any) -> None:
        """Give it an order, as a line of JSON."""
        self._orders.write(json.dumps(order).encode() + b"\n")

    def wait_for(self, seconds: float, **facts: Any) -> dict[str, Any]:
        """Give the first thing it says from now on, or said since the last such wait, with `facts`.

        Raises:
            SilentError: it said nothing of the kind in time, or ended.
        """
        return self._wait(seconds, lambda line: facts.items() <= line.items(), str(facts))

    def wait_for_any(self, seconds: float, fact: str) -> dict[str, Any]:
        """Give the first thing it says from now on that tells of `fact`, whatever it tells.

        Raises:
            SilentError: it said nothing of the kind in time, or ended.
        """
        return self._wait(seconds, lambda line: fact in line, fact)

    def finish(self, seconds: float) -> int:
        """Give no more orders, and wait for its end; give its exit code."""
        self._orders.close()
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()

    def terminate(self, seconds: float = 30) -> int:
        """Ask it to end; give its exit code."""
        self._process.terminate()
        return self._process.wait(seconds)

    def close(self) -> None:
        """End it, however it is."""
        self._process.kill()
        self._process.wait()
        self._orders.close()
        self._facts.close()

    def _wait(
        self, seconds: float, is_it: Callable[[dict[str, Any]], bool], what: str
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            line = self._next_line(deadline - time.monotonic())
            if line is None:
                raise SilentError(f"no {what} within {seconds} s; it said {self.said[-20:]}")
            self.said.append(line)
            if is_it(line):
                return line

    def _next_line(self, seconds: float) -> dict[str, Any] | None:
        """Read without a buffer of the library's, which would hide lines from `select`."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._facts], [], [], left)[0]:
                return None
            piece = os.read(self._facts.fileno(), 65536)
            if not piece:
                return None
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found
