//! Bars and columns in SVG. Widths are in the drawing's own units, which the page scales to its own width.

use super::escaped;
use std::fmt::Write;

/// Width of every drawing.
pub(super) const WIDTH: f64 = 1120.0;
/// Height of a bar.
const BAR: f64 = 15.0;
/// From one bar to the next.
const STEP: f64 = 23.0;
/// Room for names at the left.
const NAMES: f64 = 210.0;
/// Room for numbers at the right.
const NUMBERS: f64 = 130.0;

/// A part of a bar.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its class: the style sheet has its colour.
    pub(super) class: &'static str,
    /// How much of it there is.
    pub(super) value: f64,
    /// What is shown when somebody points at it.
    pub(super) title: String,
}

/// A bar: its name, its parts from left to right, and what stands at its end.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) parts: Vec<Part>,
    pub(super) number: String,
}

/// Horizontal bars below each other; the longest is as wide as the drawing.
pub(super) fn bars(bars: &[Bar]) -> String {
    let total = |bar: &Bar| bar.parts.iter().map(|part| part.value).sum::<f64>();
    let longest = bars.iter().map(total).fold(f64::MIN_POSITIVE, f64::max);
    let scale = (WIDTH - NAMES - NUMBERS) / longest;
    let height = bars.len() as f64 * STEP;
    // Writing to a string does not fail.
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n");
    for (row, bar) in bars.iter().enumerate() {
        let top = row as f64 * STEP;
        let baseline = top + BAR - 3.0;
        let _ = writeln!(svg, "<text x=\"0\" y=\"{baseline}\">{}</text>", escaped(&bar.name));
        let mut left = NAMES;
        for part in &bar.parts {
            let width = part.value * scale;
            let _ = writeln!(
                svg,
                "<rect class=\"{}\" x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{BAR}\"><title>{}</title></rect>",
                part.class,
                escaped(&part.title)
            );
            left += width;
        }
        let _ = writeln!(
            svg,
            "<text class=\"soft\" x=\"{:.1}\" y=\"{baseline}\">{}</text>",
            left + 8.0,
            escaped(&bar.number)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Height of the columns.
const COLUMNS: f64 = 130.0;
/// Widest column, its gap included.
const WIDEST_COLUMN: f64 = 44.0;
/// Narrowest column that has a gap.
const GAP_FROM: f64 = 4.0;

/// Columns beside each other with a line at the highest value.
pub(super) fn columns(values: &[f64], class: &str, title: impl Fn(usize, f64) -> String, top_label: &str) -> String {
    let highest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let step = (WIDTH / values.len().max(1) as f64).min(WIDEST_COLUMN);
    let gap = if step >= GAP_FROM { 1.0 + step * 0.08 } else { 0.0 };
    let mut svg = format!("<svg viewBox=\"0 -18 {WIDTH} {}\" role=\"img\">\n", COLUMNS + 20.0);
    let _ = writeln!(
        svg,
        "<line class=\"axis\" x1=\"0\" x2=\"{WIDTH}\" y1=\"0\" y2=\"0\"/><text class=\"soft\" x=\"0\" y=\"-5\">{}</text>",
        escaped(top_label)
    );
    for (at, value) in values.iter().enumerate() {
        let height = value / highest * COLUMNS;
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{:.2}\" y=\"{:.1}\" width=\"{:.2}\" height=\"{height:.1}\"><title>{}</title></rect>",
            at as f64 * step,
            COLUMNS - height,
            step - gap,
            escaped(&title(at, *value))
        );
    }
    let _ = writeln!(
        svg,
        "<line class=\"axis\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{COLUMNS}\" y2=\"{COLUMNS}\"/></svg>"
    );
    svg
}

/// What the colours mean.
pub(super) fn legend(entries: &[(&str, &str)]) -> String {
    let mut list = "<ul class=\"legend\">".to_owned();
    for (class, text) in entries {
        let _ = write!(
            list,
            "<li><svg viewBox=\"0 0 11 11\"><rect class=\"{class}\" width=\"11\" height=\"11\" rx=\"2\"/></svg>{}</li>",
            escaped(text)
        );
    }
    list.push_str("</ul>\n");
    list
}

/// A table; the first column is text.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String], tag: &str| -> String {
        let cells: String = cells
            .iter()
            .map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)))
            .collect();
        format!("<tr>{cells}</tr>\n")
    };
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let rows: String = rows.iter().map(|row| line(row, "td")).collect();
    format!(
        "<div class=\"scroll\"><table>\n{}{rows}</table></div>\n",
        line(&header, "th")
    )
}

/// Figures side by side.
pub(super) fn tiles(entries: &[(&str, String)]) -> String {
    let tile = |(name, value): &(&str, String)| {
        format!(
            "<div class=\"tile\"><b>{}</b><span>{}</span></div>\n",
            escaped(value),
            escaped(name)
        )
    };
    format!(
        "<div class=\"tiles\">\n{}</div>\n",
        entries.iter().map(tile).collect::<String>()
    )
}

/// A section of a page.
pub(super) fn section(title: &str, note: &str, content: &str) -> String {
    format!(
        "<section>\n<h2>{}</h2>\n<p class=\"note\">{}</p>\n{content}</section>\n",
        escaped(title),
        escaped(note)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_drawing_and_names_are_text() {
        let part = |value| Part {
            class: "prove",
            value,
            title: "<a>".to_owned(),
        };
        let bar = |parts| Bar {
            name: "a & b".to_owned(),
            parts,
            number: "1".to_owned(),
        };
        let svg = bars(&[bar(vec![part(1.0), part(3.0)]), bar(vec![part(2.0)])]);
        for (x, width) in [(210.0, 195.0), (405.0, 585.0), (210.0, 390.0)] {
            assert!(
                svg.contains(&format!(
                    "x=\"{x:.1}\" y=\"{}\" width=\"{width:.1}\"",
                    if width == 390.0 { 23 } else { 0 }
                )),
                "{svg}"
            );
        }
        assert!(svg.contains("a &amp; b") && svg.contains("<title>&lt;a&gt;</title>"));
    }

    #[test]
    fn nothing_to_draw_is_drawn_as_nothing() {
        assert!(bars(&[]).starts_with("<svg"));
        assert!(columns(&[], "prove", |_, _| String::new(), "").starts_with("<svg"));
    }
}
