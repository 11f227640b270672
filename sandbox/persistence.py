"""Keeping the world between two runs in one JSON file.

A person who stops the servers and starts them again finds the same people with the same ids, the same chats and
templates, and webhooks that had not been answered are still delivered. Uploaded files are not kept.
"""

import asyncio
import dataclasses
import json
import os
from collections import deque
from pathlib import Path

from .records import Account, App, Customer, Deletion, Flow, Message, Number, Product, Sample, Template, Thread, Token
from .webhooks import Update

VERSION = 1
MESSAGES_KEPT = 100
SAVE_SECONDS = 5
KINDS = {
    "apps": App,
    "tokens": Token,
    "accounts": Account,
    "numbers": Number,
    "customers": Customer,
    "templates": Template,
    "deletions": Deletion,
    "samples": Sample,
    "products": Product,
    "flows": Flow,
}

KEYS = {"apps": "app_id", "tokens": "value", "accounts": "waba_id", "numbers": "phone_number_id", "samples": "handle"}
SECRET_KINDS = ("apps", "tokens")


def dump(record, leave_out=()):
    """Return a record as JSON-ready data."""
    out = {}
    for item in dataclasses.fields(record):
        if item.name not in leave_out:
            value = getattr(record, item.name)
            out[item.name] = sorted(value) if isinstance(value, set) else value
    return out


def build(kind, values):
    """Return a record from JSON data; fields this version does not know are left out."""
    known = {item.name: item for item in dataclasses.fields(kind)}
    values = {name: value for name, value in values.items() if name in known}
    record = kind(**values)
    if isinstance(record, Customer):
        record.blocked = set(record.blocked)
    return record


def snapshot(server):
    """Return the whole world as JSON-ready data."""
    world = server.world
    out = {"version": VERSION, "clock_offset": world.clock_offset, "app_callback": world.app_callback}
    for name in KINDS:
        out[name] = [dump(one) for one in getattr(world, name).values()]
    out["threads"] = [
        {**dump(one, {"messages"}), "messages": [dump(message) for message in list(one.messages)[-MESSAGES_KEPT:]]}
        for one in world.threads.values()
    ]
    out["undelivered"] = [
        {
            "waba_id": one.waba_id,
            "field": one.field,
            "value": one.value,
            "number": one.number.phone_number_id if one.number else None,
            "time": one.time,
            "app_id": one.app_id,
        }
        for one in server.dispatcher.undelivered()
    ]
    return out


def restore(server, data):
    """Put a snapshot into the world; what was under way goes on."""
    world = server.world
    if data.get("version") != VERSION:
        raise ValueError("it was written by another version")
    world.clock_offset = data["clock_offset"]
    world.app_callback = data["app_callback"]
    for name, kind in KINDS.items():
        records, key = getattr(world, name), KEYS.get(name, "id")
        for row in data.get(name, ()):
            # Secrets of the configuration are those of this start.
            if name not in SECRET_KINDS or row[key] not in records:
                records[row[key]] = build(kind, row)
    for name in ("templates", "products", "flows"):
        if name in data:  # an older file knows no shop: the starter's stays
            kept = {row["id"] for row in data[name]}
            setattr(world, name, {key: one for key, one in getattr(world, name).items() if key in kept})
    for row in data["accounts"]:
        if "catalog_id" not in row:
            world.stock(world.accounts[row["waba_id"]])
    world.index()
    for row in data["threads"]:
        messages = [build(Message, one) for one in row.pop("messages")]
        thread = build(Thread, row)
        thread.messages = deque(messages, maxlen=thread.messages.maxlen)
        world.threads[thread.phone_number_id, thread.customer_id] = thread
        world.messages.update((message.wamid, message) for message in messages)
    go_on(server, data["undelivered"])


def go_on(server, undelivered):
    """Go on with what the last run could not finish: webhooks and statuses."""
    world = server.world
    for row in undelivered:
        number = world.numbers.get(row.pop("number"))
        server.dispatcher.publish(Update(number=number, **row))
    for message in list(world.messages.values()):
        if message.direction == "out" and message.status == "accepted":
            server.traffic.later(server.switches.sent_ms, server.traffic.sent, message)
        elif message.direction == "out" and message.status == "sent" and not message.on_phone:
            server.traffic.later(server.switches.delivered_ms, server.traffic.delivered, message)


class Persistence:
    """Reads the file at the start, writes it every few seconds and at the end.

    :param path: the file, or None to keep nothing.
    """

    def __init__(self, server, path):
        self.server = server
        self.path = Path(path) if path else None
        self._task = None
        self._last = None

    async def start(self):
        """Load what was kept; a file that cannot be read is set aside and said so."""
        if self.path is None:
            return
        if self.path.exists():
            try:
                restore(self.server, json.loads(self.path.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError) as error:
                aside = self.path.with_suffix(".unreadable")
                self.path.replace(aside)
                print(f"The sandbox starts empty: {self.path} could not be used ({error}); it is now {aside.name}.")
                self.server.world.reset()
        self._task = asyncio.get_running_loop().create_task(self._save_often())

    async def stop(self):
        """Save a last time."""
        if self._task is not None:
            self._task.cancel()
            self.save()

    async def _save_often(self):
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            self.save()

    def save(self):
        """Write the file when something has changed; it is never half written."""
        text = json.dumps(snapshot(self.server), separators=(",", ":"))
        if text == self._last:
            return
        fresh = self.path.with_suffix(".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, self.path)
        self._last = text
