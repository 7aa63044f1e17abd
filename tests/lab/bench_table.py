"""Tables of what was measured, for people: to stdout, and to LAB_OUT/NAME.txt."""

from lablib.checks import OUT


class Table:
    def __init__(self, title, columns):
        self.title, self.rows = title, [[str(column) for column in columns]]

    def add(self, *cells):
        self.rows.append([f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells])

    def text(self):
        widths = [max(map(len, column)) for column in zip(*self.rows)]
        lines = ["  ".join(cell.ljust(width) if not index else cell.rjust(width)
                           for index, (cell, width) in enumerate(zip(row, widths))) for row in self.rows]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.title, "", lines[0], rule, *lines[1:]])


def publish(name, *parts):
    text = "\n\n".join(part.text() if isinstance(part, Table) else part.strip() for part in parts) + "\n"
    (OUT / f"{name}.txt").write_text(text)
    print("\n" + text, flush=True)


def ratio(value, reference):
    return f"{value / reference:.3f}"
