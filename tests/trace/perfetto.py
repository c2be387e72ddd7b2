# SPDX-License-Identifier: MIT
"""Reads Perfetto's format by itself, from the numbers in its .proto files, and checks what the window relies on."""
import struct

VARINT, FIXED64, BYTES = 0, 1, 2
# message: field number -> (name, wire type, message within)
SCHEMA = {
    "Trace": {1: ("packet", BYTES, "Packet")},
    "Packet": {8: ("timestamp", VARINT, None), 10: ("sequence", VARINT, None), 11: ("event", BYTES, "Event"),
               12: ("interned", BYTES, "Interned"), 13: ("flags", VARINT, None), 60: ("track", BYTES, "Track")},
    "Track": {1: ("uuid", VARINT, None), 2: ("name", BYTES, None), 3: ("process", BYTES, "Process"), 4: ("thread", BYTES, "Thread"),
              5: ("parent", VARINT, None), 8: ("counter", BYTES, "Counter")},
    "Process": {1: ("pid", VARINT, None), 6: ("name", BYTES, None)},
    "Thread": {1: ("pid", VARINT, None), 2: ("tid", VARINT, None), 5: ("name", BYTES, None)},
    "Counter": {6: ("unit", BYTES, None)},
    "Event": {4: ("notes", BYTES, "Note"), 9: ("type", VARINT, None), 10: ("name", VARINT, None), 11: ("track", VARINT, None),
              30: ("value", VARINT, None), 47: ("flows", FIXED64, None), 48: ("last_flows", FIXED64, None)},
    "Note": {1: ("name", VARINT, None), 3: ("uint", VARINT, None), 6: ("text", BYTES, None), 7: ("pointer", VARINT, None)},
    "Interned": {2: ("names", BYTES, "Entry"), 3: ("notes", BYTES, "Entry")},
    "Entry": {1: ("iid", VARINT, None), 2: ("name", BYTES, None)},
}
MANY = {"packet", "notes", "names", "flows", "last_flows"}
BEGIN, END, INSTANT, COUNTER = 1, 2, 3, 4


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if not byte & 0x80:
            assert value < 1 << 64
            return value, at


def message(data, kind):
    """A dictionary; every field must be one of the schema, of its wire type."""
    fields, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        name, wire, inner = SCHEMA[kind][key >> 3]
        assert key & 7 == wire, (kind, name, key & 7)
        if wire == VARINT:
            value, at = varint(data, at)
        elif wire == FIXED64:
            value, at = struct.unpack_from("<Q", data, at)[0], at + 8
        else:
            size, at = varint(data, at)
            assert at + size <= len(data), (kind, name)
            value, at = data[at:at + size], at + size
            value = message(value, inner) if inner else value.decode()
        if name in MANY:
            fields.setdefault(name, []).append(value)
        else:
            assert name not in fields, (kind, name)
            fields[name] = value
    return fields


class View:
    """What the window would show: slices, instants and counters by track. Raises AssertionError if it would show nonsense."""

    def __init__(self, data):
        self.names, self.notes, self.tracks, self.processes = {}, {}, {}, {}
        self.slices, self.instants, self.counters = [], [], []
        self.open, self.last, self.began, self.ended = {}, {}, {}, {}
        packets = message(data, "Trace").get("packet", [])
        assert [p for p in packets if "event" in p][:1] == [p for p in packets if p.get("flags", 0) & 1], "one start of names"
        for packet in packets:
            assert packet["sequence"] == 1
            if "track" in packet:
                self.add_track(packet["track"])
            for table, entries in (("names", packet.get("interned", {}).get("names", [])), ("notes", [])):
                getattr(self, table).update({e["iid"]: e["name"] for e in entries})
            for entry in packet.get("interned", {}).get("notes", []):
                self.notes[entry["iid"]] = entry["name"]
            if "event" in packet:
                self.add_event(packet["timestamp"], packet["event"])
        assert not any(self.open.values()), "slices without an end"
        assert set(self.ended) <= set(self.began), "arrows from nowhere"

    def add_track(self, track):
        assert track["uuid"] and track["uuid"] not in self.tracks, track
        if "process" in track:
            self.processes[track["process"]["pid"]] = track["process"]["name"]
            track["label"] = track["process"]["name"]
        elif "thread" in track:
            track["label"] = self.processes[track["thread"]["pid"]] + "/" + track["thread"]["name"]
            assert track["thread"]["tid"] not in [t["thread"]["tid"] for t in self.tracks.values() if "thread" in t]
        else:
            track["label"] = self.tracks[track["parent"]]["label"] + "/" + track["name"]
        self.tracks[track["uuid"]] = track

    def add_event(self, time, event):
        track = self.tracks[event["track"]]
        label = track["label"]
        assert self.last.get(label, 0) <= time, "time goes back"
        self.last[label] = time
        notes = {self.notes[n["name"]]: n.get("text", n.get("uint", n.get("pointer"))) for n in event.get("notes", [])}
        for flow in event.get("flows", []):
            self.began.setdefault(flow, []).append((time, label))
        for flow in event.get("last_flows", []):
            assert flow not in self.ended
            self.ended[flow] = (time, label)
        if event["type"] == BEGIN:
            self.open.setdefault(label, []).append((time, self.names[event["name"]], notes))
        elif event["type"] == END:
            start, name, notes = self.open[label].pop()
            self.slices.append({"track": label, "name": name, "t": start, "dur": time - start, "depth": len(self.open[label]), **notes})
        elif event["type"] == INSTANT:
            self.instants.append({"track": label, "name": self.names[event["name"]], "t": time, **notes})
        else:
            assert event["type"] == COUNTER and "counter" in track
            self.counters.append((label, time, event["value"]))
