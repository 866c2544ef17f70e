"""Grouped bars as SVG, a file a part: every bar in goals, so that one line is the goal of all of them."""
import html

WIDTH, LABEL, RIGHT = 960, 430, 150
BAR, GAP, TOP = 14, 12, 44
CLIP = 3.0  # goals that an axis shows; a longer bar ends in an arrow and its number
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1b1f24 }
.small { font-size: 11px; fill: #57606a }
.back { fill: #ffffff } .goal { stroke: #b3261e; stroke-width: 2; stroke-dasharray: 5 3 }
.s0 { fill: #2f6f9f } .s1 { fill: #b07a2a } .axis { stroke: #8b949e }
@media (prefers-color-scheme: dark) {
 text { fill: #e6edf3 } .small { fill: #9aa4af } .back { fill: #0d1117 } .goal { stroke: #ff8a80 }
 .s0 { fill: #6cb2e4 } .s1 { fill: #e0ab5a }
}"""


def groups(rows):
    """(title, [(name, share of the goal, words)]): of rows with a goal, or with a peer beside them."""
    for row in rows:
        if row.get("bars"):
            peer = row["bars"][-1][1]
            yield row["what"], [(name, value / peer, f"{value:.4g}") for name, value in row["bars"]]
        elif row.get("value") is not None and row.get("limit"):
            yield (row["what"], [("", row["value"] / row["limit"], row["figure"].split(" (")[0])])


def shortened(text, most=64):
    return text if len(text) <= most else text[:most - 1] + "…"


def bar(y, series, share, words):
    full = WIDTH - LABEL - RIGHT
    length = max(1.0, min(share, CLIP) / CLIP * full)
    more = " →" if share > CLIP else ""
    return (f'<rect class="s{series}" x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}"/>'
            f'<text class="small" x="{LABEL + length + 5:.1f}" y="{y + 11}">'
            f'{html.escape(words[:40] + more)}</text>')


def drawn(part, rows):
    """The SVG's text, or nothing when no row can be drawn."""
    out, y = [], TOP
    for title, bars in groups(rows):
        middle = y + len(bars) * BAR / 2 + 4
        out.append(f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end" textLength="'
                   f'{min(LABEL - 16, 7 * len(shortened(title)))}" lengthAdjust="spacingAndGlyphs">'
                   f'<title>{html.escape(title)}</title>{html.escape(shortened(title))}</text>')
        for series, (name, share, words) in enumerate(bars):
            out.append(bar(y, series, share, f"{name} {words}".strip()))
            y += BAR
        y += GAP
    if not out:
        return None
    at = LABEL + (WIDTH - LABEL - RIGHT) / CLIP
    frame = (f'<rect class="back" width="{WIDTH}" height="{y + 8}"/>'
             f'<text x="12" y="20">{html.escape(part)}: each figure in goals (its peer, where it has one)'
             f'</text><line class="axis" x1="{LABEL}" x2="{LABEL}" y1="{TOP - 8}" y2="{y - 4}"/>')
    goal = (f'<line class="goal" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 8}" y2="{y - 4}"/>'
            f'<text class="small" x="{at:.1f}" y="{TOP - 12}" text-anchor="middle">goal or peer</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 8}" role="img">'
            f'<title>{html.escape(part)}</title><style>{STYLE}</style>{frame}{"".join(out)}{goal}</svg>\n')
