"""State of a space as a function of the set of its entries: doc/protocol.md, "Merge", "Trust", "State digest"."""
from thidua_decode import (BYTES, DELETE, INTEGER, KEYED, NEW, NULL, PUT, REFERENCE, SEQ_MAX, H, log_start, u64,
                           varint, write_value)

LOGS_MAX = 65536  # in a log's table, with itself
ADMIN, CLERK, UNIT, EVENT, REVIEWER = 1, 2, 4, 8, 16
GRANT, ADOPTION, REVOCATION = 1, 2, 3


class Unreadable(Exception):
    """A reference to what its author cannot have known."""


class Record:
    def __init__(self, record_type, name):
        self.type, self.name = record_type, name
        self.writes = {}  # field -> [(entry, kind, value)] of counting entries, in causal order

    def standing(self, field):
        """The writes that nothing counting has overwritten."""
        writes = self.writes.get(field, [])
        return [w for w in writes if not any(w[0] is not o[0] and in_past(w[0], o[0]) for o in writes)]


def in_past(one, other):
    return other.vector.get(one.log.name, 0) >= one.seq


class Space:
    def __init__(self, genesis, logs, registry, version):
        self.genesis, self.space = genesis, genesis.space
        self.registry, self.version = registry, version
        self.logs = {log.name: log for log in logs}
        self.merged = {name: 0 for name in self.logs}
        self.tables = {name: [(self.space,) + name] for name in self.logs}
        self.order, self.aside = [], {}      # entries; entry -> reason
        self.rights = []                     # (entry, device, role, owner unit or None)
        self.introduced = {}                 # (log name, seq, op) -> (operation, entry, record's name)
        self.records = {}                    # name -> Record
        while any([self.advance(log) for log in self.logs.values()]):
            pass

    # What is merged, and in which order.

    def advance(self, log):
        moved = False
        while self.merged[log.name] < len(log.entries):
            entry = log.entries[self.merged[log.name]]
            if not self.ready(log, entry):
                break
            self.merged[log.name] += 1
            self.merge(entry)
            moved = True
        return moved

    def ready(self, log, entry):
        """False while its past is missing; what it says of its past is taken over when it makes sense."""
        before = log.entries[entry.seq - 2] if entry.seq > 1 else None
        seen = dict(before.vector) if before else {}
        entry.vector = {**seen, log.name: entry.seq}
        entry.wall = entry.header.wall_step + (before.wall if before else 0)
        entry.wall = max(-2 ** 63, min(2 ** 63 - 1, entry.wall))
        table = list(self.tables[log.name])
        for space, device, epoch in entry.header.intros:
            if space == self.space or (space or self.space, device, epoch) in table or len(table) >= LOGS_MAX:
                return self.malformed_past(entry)
            table.append((space or self.space, device, epoch))
        for place, advance, head in entry.header.seen:
            if place >= len(table) or table[place][0] != self.space:
                return self.malformed_past(entry)
            name = table[place][1:]
            seen[name] = seen.get(name, 0) + advance
            if seen[name] > SEQ_MAX:
                return self.malformed_past(entry)
            if self.merged.get(name, 0) < seen[name] or self.logs[name].head(seen[name])[:16] != head:
                return False
        entry.vector = {**seen, log.name: entry.seq}
        self.tables[log.name] = table
        return True

    @staticmethod
    def malformed_past(entry):
        entry.unread = "what it says of its past is malformed"
        return True

    # Names.

    def resolve(self, entry, reference):
        """(space, log name, seq, op) that a short reference of an entry names."""
        place, seq, op = reference
        if place is None:
            return self.space, entry.log.name, entry.seq, op
        table = self.tables[entry.log.name]
        if place >= len(table):
            raise Unreadable("no log at place %d" % place)
        space, name = table[place][0], table[place][1:]
        if space == self.space and entry.vector.get(name, 0) < seq + (place == 0):
            raise Unreadable("names what is not in the entry's past")
        return space, name, seq, op

    def global_name(self, target):
        """How keys and digests spell what a reference names."""
        space, name, seq, op = target
        known = self.introduced.get((name, seq, op)) if space == self.space else None
        if known and known[0].kind == KEYED:
            return b"\2" + known[2]
        return b"\1" + self.operation_name(space, name, seq, op)

    @staticmethod
    def operation_name(space, name, seq, op):
        return log_start(space, *name) + varint(seq) + varint(op)

    def value_bytes(self, entry, kind, value):
        if kind == REFERENCE:
            return self.global_name(self.resolve(entry, value))
        return write_value(kind, value)

    def record_name(self, entry, index, operation):
        if operation.kind == NEW:
            return self.operation_name(self.space, entry.log.name, entry.seq, index)
        parts = [varint(number) + bytes([kind]) + self.value_bytes(entry, kind, value)
                 for number, kind, value in operation.keys]
        return H("thidua/1 key", varint(operation.type), *parts)

    # Whether an entry counts.

    def merge(self, entry):
        self.order.append(entry)
        reason = entry.unread or self.judge(entry)
        if reason:
            self.aside[entry] = reason
            return
        for index, operation in enumerate(entry.operations):
            if operation.type in self.registry:
                self.apply(entry, index, operation)
                self.note_right(entry, operation)

    def judge(self, entry):
        roles, units = self.roles(entry)
        if not roles:
            return "no right in the space"
        for index, operation in enumerate(entry.operations):
            record_type = self.registry.get(operation.type)
            reason = self.misread(entry, index, operation) or record_type and self.wrong_form(record_type, operation)
            if reason:
                return reason
            if record_type and not self.may_write(record_type, entry, operation, roles, units):
                return "no right to write it"
        return None

    def misread(self, entry, index, operation):
        references = [v for _, kind, v in operation.keys + operation.fields if kind == REFERENCE]
        for place, _, op in references + [operation.target or (0, 0, 0)]:
            if place is None and op >= index:
                return "names itself or a later operation of its entry"
        try:
            for reference in references:
                self.resolve(entry, reference)
            if operation.target and self.resolve(entry, operation.target)[0] != self.space:
                return "writes into another space"
        except Unreadable as e:
            return str(e)
        return None

    @staticmethod
    def wrong_form(record_type, operation):
        keys = record_type.keys()
        if operation.kind == KEYED:
            held = [(number, kind) for number, kind, _ in operation.keys]
            if not keys or held != [(number, record_type.fields[number][0]) for number in keys]:
                return "not the key of its type"
            if any(number in keys for number, _, _ in operation.fields):
                return "a key field twice"
        if operation.kind == NEW and keys:
            return "a keyed type without its key"
        if record_type.number <= REVOCATION and operation.kind != NEW:
            return "changes what is only introduced"
        return None

    def roles(self, entry):
        roles, units = 0, set()
        if entry.log.device == self.genesis.founder:
            roles = ADMIN
        for granting, device, role, unit in self.rights:
            if device == entry.log.device and in_past(granting, entry):
                roles |= role if role in (ADMIN, CLERK, UNIT, EVENT, REVIEWER) else 0
                if role == UNIT:
                    units.add(unit)
        return roles, units

    def may_write(self, record_type, entry, operation, roles, units):
        if roles & ADMIN or roles & ~UNIT & record_type.writers:
            return True
        if not roles & UNIT & record_type.writers:
            return False
        if operation.target:
            known = self.target(entry, operation)
            if not known or known[0].type != operation.type:
                return False
            operation, entry = known[:2]
        owner = self.owner(record_type, entry, operation)
        return owner is not None and owner in units

    def target(self, entry, operation):
        """(introducing operation, its entry) that a put or delete names, or None."""
        place, _, op = operation.target
        if place is not None:
            return self.introduced.get(self.resolve(entry, operation.target)[1:])
        known = entry.operations[op] if op < len(entry.operations) else None
        return (known, entry) if known and known.kind in (NEW, KEYED) else None

    def owner(self, record_type, entry, operation):
        for number, kind, value in operation.keys + operation.fields:
            if number == record_type.owner() and kind == REFERENCE:
                return self.global_name(self.resolve(entry, value))
        return None

    def note_right(self, entry, operation):
        if operation.type not in (GRANT, ADOPTION):
            return
        fields = {number: (kind, value) for number, kind, value in operation.fields}
        if fields.get(1, (NULL,))[0] != BYTES:
            return
        device, role, unit = fields[1][1], ADMIN, None
        if operation.type == GRANT:
            if fields.get(2, (NULL,))[0] != INTEGER:
                return
            role = fields[2][1]
            if fields.get(3, (NULL,))[0] == REFERENCE:
                unit = self.global_name(self.resolve(entry, fields[3][1]))
        self.rights.append((entry, device, role, unit))

    # What a counting entry writes.

    def apply(self, entry, index, operation):
        record_type = self.registry[operation.type]
        at = entry.log.name, entry.seq, index
        if operation.kind in (NEW, KEYED):
            name = self.record_name(entry, index, operation)
            self.introduced[at] = operation, entry, name
            self.records.setdefault(name, Record(operation.type, name))
        else:
            target = self.resolve(entry, operation.target)
            known = self.introduced.get(target[1:])
            if not known or known[0].type != operation.type or record_type.grow_only:
                return
            at = target[1:]
        record = self.records[self.introduced[at][2]]
        self.write(record, 0, entry, INTEGER, int(operation.kind != DELETE))
        for number, kind, value in operation.keys + operation.fields:
            holds = record_type.fields.get(number, (None,))[0]
            if kind not in (NULL, holds) or holds is None:
                continue
            if operation.kind == PUT and number in record_type.fixed():
                continue
            self.write(record, number, entry, kind, value)

    @staticmethod
    def write(record, number, entry, kind, value):
        writes = record.writes.setdefault(number, [])
        writes[:] = [w for w in writes if w[0] is not entry]  # the entry's last word
        writes.append((entry, kind, value))

    # What is shown, and the digest.

    def displayed(self, record, field):
        """(the write that is displayed, whether different values stand)"""
        standing = record.standing(field)
        values = {(kind, self.value_bytes(entry, kind, value)) for entry, kind, value in standing}
        if field == 0 and len(values) > 1:
            standing = [w for w in standing if w[2]]
        return max(standing, key=lambda w: (w[0].wall, w[0].hash)), len(values) > 1

    def record_digest(self, record):
        out = varint(record.type) + record.name
        for field in sorted(record.writes):
            standing = record.standing(field)
            total = sum_hashes(H("thidua/1 record", entry.log.start + varint(entry.seq) + bytes([kind])
                                 + self.value_bytes(entry, kind, value)) for entry, kind, value in standing)
            out += varint(field) + varint(len(standing)) + total
        return H("thidua/1 record", out)

    def digest(self):
        parts = [u64(self.version), u64(len(self.records)),
                 sum_hashes(self.record_digest(r) for r in self.records.values())]
        for name in sorted(self.logs):
            seq = self.merged[name]
            parts += [name[0], u64(name[1]), u64(seq), self.logs[name].head(seq)]
        return H("thidua/1 state", *parts)


def sum_hashes(hashes):
    return (sum(int.from_bytes(h, "little") for h in hashes) % 2 ** 256).to_bytes(32, "little")
