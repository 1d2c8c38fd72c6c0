"""The border between the two threads."""

import asyncio
import threading
from concurrent.futures import Future
from datetime import date

import pytest
import shiboken6
from PySide6.QtCore import QObject

from ehr_desktop.domain.events import (
    AppointmentsChanged,
    LedgerGrew,
    PatientsChanged,
    PendingChanged,
    Progress,
)
from ehr_desktop.node.runtime import NodeThread
from ehr_desktop.ui.bridge import NodeBridge


async def until_stopped(stop):
    await stop.wait()


@pytest.fixture
def strays():
    return []


@pytest.fixture
def node(strays):
    thread = NodeThread(until_stopped, strays.append)
    thread.start()
    yield thread
    assert thread.stop()


@pytest.fixture
def bridge(qapp, node):
    return NodeBridge(node)


async def answer(value):
    assert threading.current_thread().name == "node"
    return value


async def refuse():
    raise PermissionError


async def never():
    await asyncio.Event().wait()


def test_a_result_arrives_on_the_ui_thread(qtbot, bridge):
    owner, got = QObject(), []
    bridge.call(
        owner,
        answer(3),
        done=lambda value: got.append((value, threading.current_thread())),
        failed=pytest.fail,
    )
    qtbot.waitUntil(lambda: got == [(3, threading.main_thread())])


def test_a_result_that_is_there_at_once_still_comes_later(qtbot, qapp):
    class Instant:
        def submit(self, work):
            work.close()
            future = Future()
            future.set_result(5)
            return future

    bridge, owner, got = NodeBridge(Instant()), QObject(), []
    bridge.call(owner, answer(5), done=got.append, failed=got.append)
    assert got == []
    qtbot.waitUntil(lambda: got == [5])


def test_an_error_arrives_on_the_ui_thread(qtbot, bridge):
    owner, got = QObject(), []
    bridge.call(
        owner,
        refuse(),
        done=pytest.fail,
        failed=lambda error: got.append((type(error), threading.current_thread())),
    )
    qtbot.waitUntil(lambda: got == [(PermissionError, threading.main_thread())])


def test_a_deleted_owner_is_not_called(qtbot, bridge):
    owner, witness, got = QObject(), QObject(), []
    future = bridge.call(owner, answer(1), done=got.append, failed=got.append)
    shiboken6.delete(owner)
    future.result(60)
    bridge.call(witness, answer(2), done=got.append, failed=got.append)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [2]


def test_cancelling_reaches_the_coroutine_and_calls_nobody(qtbot, bridge):
    owner, got, ended = QObject(), [], threading.Event()

    async def watched():
        try:
            await never()
        finally:
            ended.set()

    future = bridge.call(owner, watched(), done=got.append, failed=got.append)
    bridge.call(owner, answer("after"), done=got.append, failed=got.append)
    qtbot.waitUntil(lambda: got == ["after"])
    future.cancel()
    assert ended.wait(60)
    bridge.call(owner, answer("last"), done=got.append, failed=got.append)
    qtbot.waitUntil(lambda: got[-1] == "last")
    assert got == ["after", "last"]


def test_a_burst_is_merged_per_kind_and_key(qtbot, bridge, node):
    got = []
    bridge.node_event.connect(got.append)

    async def burst():
        for height in range(1, 5001):
            bridge.publish(LedgerGrew(height))
            bridge.publish(PendingChanged(5000 - height))
        bridge.publish(PatientsChanged("a"))
        bridge.publish(PatientsChanged("b"))
        bridge.publish(Progress("import", 7, 10))

    node.submit(burst())
    qtbot.waitUntil(lambda: Progress("import", 7, 10) in got)
    assert LedgerGrew(5000) in got
    assert PendingChanged(0) in got
    assert got.count(PatientsChanged("a")) == got.count(PatientsChanged("b")) == 1
    assert len(got) < 100


def test_a_lone_event_is_not_delayed_or_lost(qtbot, bridge):
    with qtbot.waitSignal(bridge.node_event) as waited:
        bridge.publish(AppointmentsChanged(date(2026, 11, 23), "p"))
    assert waited.args == [AppointmentsChanged(date(2026, 11, 23), "p")]


def test_the_node_stops_while_a_storm_is_on(qtbot, bridge, node):
    async def storm():
        while True:
            bridge.publish(LedgerGrew(1))
            await asyncio.sleep(0)

    future = node.submit(storm())
    with qtbot.waitSignal(bridge.node_event):
        pass
    assert node.stop()
    assert future.cancelled()
    assert node.stop()


def test_a_result_for_a_bridge_that_is_gone_is_dropped(qtbot, node):
    bridge, got = NodeBridge(node), []
    release = asyncio.Event()

    async def held():
        await release.wait()

    future = bridge.call(QObject(), held(), done=got.append, failed=got.append)
    shiboken6.delete(bridge)

    async def let_go():
        release.set()

    node.submit(let_go())
    assert future.result(60) is None
    assert got == []


def test_what_nobody_waits_for_is_reported(qtbot, node, strays):
    async def leave_a_failing_task():
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)

    node.submit(leave_a_failing_task()).result(60)
    node.submit(answer(1)).result(60)
    assert [type(error) for error in strays] == [ZeroDivisionError]
