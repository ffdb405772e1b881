//! Cells of tables.

/// A text that may stand in a cell: on one line, with its bars escaped.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A row.
pub(super) fn row<const N: usize>(cells: [&str; N]) -> String {
    format!("| {} |\n", cells.map(cell).join(" | "))
}

/// The first two lines of a table.
pub(super) fn head<const N: usize>(names: [&str; N]) -> String {
    row(names) + &row(names.map(|_| "---"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_cell_ends_no_cell() {
        assert_eq!(row(["a|b", "c\nd"]), "| a\\|b | c d |\n");
        assert_eq!(head(["a", "b"]), "| a | b |\n| --- | --- |\n");
    }
}
