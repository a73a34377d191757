"""What the daemons acknowledged: writers that note every answer, and the comparison with what is there."""
import json
import random
import threading

import node

PAUSE_S_MAX = 0.03  # a clerk's pause; without it the disk would fill, not the daemon
NOTE_BYTES = 9000   # of a note now and then: the journal has to grow for checkpoints to come
BY_TYPE = {"household": "head", "occasion": "text"}


class Row:
    """One record that a writer made: what must stand there, and what may because nobody answered."""

    def __init__(self, kind, title):
        self.kind = kind
        self.title = title
        self.id = None         # known once it was answered
        self.added = False     # acknowledged
        self.note = 0          # number of the note that was acknowledged last
        self.note_tried = 0    # and of the last one that was sent
        self.deleted = False   # acknowledged
        self.delete_tried = False
        self.twin = None       # made in the same changeset


class Writer(threading.Thread):
    """Writes to one node until told to stop; waits while the gate is closed."""

    def __init__(self, target, name, seed, gate, campaign=None):
        super().__init__(daemon=True)
        self.target = target
        self.name = name
        self.random = random.Random(seed)
        self.gate = gate
        self.campaign = campaign
        self.idle = threading.Event()
        self.ended = False
        self.heavy = False  # large notes, for a checkpoint
        self.rows = []
        self.acknowledged = 0
        self.fault = None

    def run(self):
        while not self.ended:
            if not self.gate.is_set():
                self.idle.set()
                self.gate.wait(1)
                continue
            self.idle.clear()
            if not self.gate.is_set():
                continue  # closed in between: the one who closed it must not see this one as idle
            try:
                self.write()
            except node.NoAnswer:
                self.gate_pause(0.01)
            except Exception as fault:  # pylint: disable=broad-except
                self.fault = "%s: %r" % (self.name, fault)
                self.idle.set()
                return
            self.gate_pause(0 if self.heavy else self.random.random() * PAUSE_S_MAX)
        self.idle.set()

    def gate_pause(self, seconds):
        threading.Event().wait(seconds)

    def answered(self, method, path, body):
        """The answer to a change that was made; None when the daemon said that it stops."""
        status, answer = self.target.ask(method, path, body)
        if status == 503:
            return None
        if status not in (200, 201):
            raise RuntimeError("%s %s: %d %s" % (method, path, status, answer))
        self.acknowledged += 1
        return answer

    def write(self):
        living = [row for row in self.rows[-40:] if row.id and not row.delete_tried]
        act = self.random.random()
        if living and (act < 0.35 or self.heavy):
            self.set_note(self.random.choice(living))
        elif living and act < 0.42:
            self.delete(self.random.choice(living))
        elif act < 0.55:
            self.add_twins()
        else:
            self.add()

    def new_row(self, kind):
        row = Row(kind, "%s.%d" % (self.name, len(self.rows)))
        self.rows.append(row)
        return row

    def add(self):
        kind = "occasion" if self.campaign and self.random.random() < 0.5 else "household"
        row = self.new_row(kind)
        fields = {BY_TYPE[kind]: row.title}
        if kind == "occasion":
            fields["campaign"] = self.campaign
        answer = self.answered("POST", "/v1/records/" + kind, {"set": fields})
        if answer:
            row.id = answer["id"]
            row.added = True

    def add_twins(self):
        """Two records in one changeset: half of it would show."""
        a, b = self.new_row("household"), self.new_row("household")
        a.twin, b.twin = b, a
        ops = [{"op": "put", "record": "household", "set": {"head": row.title}} for row in (a, b)]
        if self.answered("POST", "/v1/import", json.dumps({"ops": ops}).encode()):
            a.added = b.added = True

    def set_note(self, row):
        row.note_tried += 1
        note = "%d " % row.note_tried
        if self.heavy or self.random.random() < 0.02:
            note += "x" * NOTE_BYTES
        field = "note" if row.kind == "household" else "text"
        if field == "text":
            note = row.title + " " + note
        if self.answered("PATCH", "/v1/records/%s/%s" % (row.kind, row.id), {"set": {field: note}}):
            row.note = row.note_tried

    def delete(self, row):
        row.delete_tried = True
        if self.answered("DELETE", "/v1/records/%s/%s" % (row.kind, row.id), {}):
            row.deleted = True


def found_by_title(target, kind):
    """Records of a node by what the writers called them: title to number of the note; None when twice."""
    found = {}
    for record in target.records(kind):
        fields = record["fields"]
        if kind == "household":
            title, note = fields["head"], fields.get("note", "0")
        else:
            title, _, note = fields["text"].partition(" ")
        found[title] = None if title in found else int(note.split()[0]) if note else 0
    return found


def judge(row, found):
    """What is wrong with a row at a node: a sentence, or None."""
    there = row.title in found
    if there and found[row.title] is None:
        return "is there twice"
    if row.deleted:
        return "was deleted, and is there" if there else None
    if row.added and not there:
        return None if row.delete_tried else "was acknowledged, and is not there"
    if there and not row.note <= found[row.title] <= row.note_tried:
        return "has note %d, not %d to %d" % (found[row.title], row.note, row.note_tried)
    if row.twin and there != (row.twin.title in found):
        return "is there without its twin"
    return None


def compare(target, writers):
    """Hold a node against everything that the writers were told.
    Gives back a list of sentences."""
    found = {kind: found_by_title(target, kind) for kind in BY_TYPE}
    wrong = []
    for writer in writers:
        for row in writer.rows:
            fault = judge(row, found[row.kind])
            if fault:
                wrong.append("%s at %s: %s" % (row.title, target.name, fault))
    return wrong
