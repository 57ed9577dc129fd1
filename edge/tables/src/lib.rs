//! Tables as Parquet files, for other tools.
//!
//! A [`Table`] has named columns of text, numbers and times, each of which may be
//! empty in a row. Rows are gathered and written in groups, so that a table of any
//! length takes little memory. A file appears under its name only when it is whole.

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use selvedge_model::Timestamp;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text in UTF-8.
    Text,
    /// A whole number, 64 bits.
    Number,
    /// A moment in UTC, in microseconds since 1970; what is finer is cut off.
    Time,
    /// Yes or no.
    Flag,
}

/// What a row has in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Of a [`Kind::Text`].
    Text(&'a str),
    /// Of a [`Kind::Number`].
    Number(i64),
    /// Of a [`Kind::Time`].
    Time(Timestamp),
    /// Of a [`Kind::Flag`].
    Flag(bool),
}

impl<'a> Cell<'a> {
    /// A text that may be missing.
    pub fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }

    /// A time that may be missing.
    pub fn time(time: Option<Timestamp>) -> Self {
        time.map_or(Self::Empty, Self::Time)
    }
}

/// Rows that are written at once.
const GROUP: usize = 65_536;
/// Bytes of text after which a group is written although it has fewer rows.
const GROUP_BYTES: usize = 32 * 1024 * 1024;

/// The values of a column in the rows gathered so far.
#[derive(Debug)]
enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Flag(Vec<bool>),
}

#[derive(Debug)]
struct Column {
    name: &'static str,
    kind: Kind,
    /// One for each row: 1 if there is a value.
    there: Vec<i16>,
    values: Values,
}

impl Column {
    fn new(name: &'static str, kind: Kind) -> Self {
        let values = match kind {
            Kind::Text => Values::Text(Vec::new()),
            Kind::Number | Kind::Time => Values::Whole(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
        };
        Self { name, kind, there: Vec::new(), values }
    }

    fn push(&mut self, cell: Cell<'_>) -> io::Result<()> {
        match (&mut self.values, self.kind, cell) {
            (_, _, Cell::Empty) => {}
            (Values::Text(values), Kind::Text, Cell::Text(text)) => values.push(text.into()),
            (Values::Whole(values), Kind::Number, Cell::Number(number)) => values.push(number),
            (Values::Whole(values), Kind::Time, Cell::Time(time)) => values.push(time.as_microsecond()),
            (Values::Flag(values), Kind::Flag, Cell::Flag(flag)) => values.push(flag),
            (.., cell) => {
                let why = format!("column {} is of {:?}, but a row has {cell:?}", self.name, self.kind);
                return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
            }
        }
        self.there.push(i16::from(cell != Cell::Empty));
        Ok(())
    }

    fn schema(&self) -> Result<Type, ParquetError> {
        let (physical, logical) = match self.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Number => (Physical::INT64, None),
            Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
            Kind::Flag => (Physical::BOOLEAN, None),
        };
        let column = Type::primitive_type_builder(self.name, physical).with_repetition(Repetition::OPTIONAL);
        column.with_logical_type(logical).build()
    }
}

/// A table that is being written.
pub struct Table {
    writer: SerializedFileWriter<File>,
    columns: Vec<Column>,
    rows: usize,
    bytes: usize,
    unfinished: PathBuf,
    path: PathBuf,
}

/// As the error of the file; the library says nothing else that could go wrong here.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

impl Table {
    /// Begins a table of a file that is not there under its name until
    /// [`Table::finish`]; what stands there until then stays.
    ///
    /// # Errors
    /// If the file cannot be made, or two columns have one name.
    pub fn create(path: &Path, columns: &[(&'static str, Kind)]) -> io::Result<Self> {
        let columns: Vec<Column> = columns.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
        let fields: Result<Vec<_>, _> = columns.iter().map(|column| column.schema().map(Arc::new)).collect();
        let schema = Type::group_type_builder("table").with_fields(fields.map_err(failed)?).build().map_err(failed)?;
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".part");
        let unfinished = PathBuf::from(unfinished);
        let file = File::create(&unfinished)?;
        let properties = Arc::new(WriterProperties::builder().set_created_by("selvedge".to_owned()).build());
        let writer = SerializedFileWriter::new(file, Arc::new(schema), properties).map_err(failed)?;
        Ok(Self { writer, columns, rows: 0, bytes: 0, unfinished, path: path.to_owned() })
    }

    /// Adds a row: one cell for each column.
    ///
    /// # Errors
    /// If a cell is not of its column's kind, there are too few or too many, or the
    /// file cannot be written.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        if cells.len() != self.columns.len() {
            let why = format!("a row has {} cells for {} columns", cells.len(), self.columns.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(*cell)?;
            if let Cell::Text(text) = cell {
                self.bytes += text.len();
            }
        }
        self.rows += 1;
        if self.rows >= GROUP || self.bytes >= GROUP_BYTES { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for column in &mut self.columns {
            let Some(mut writer) = group.next_column().map_err(failed)? else { break };
            let there = Some(column.there.as_slice());
            let written = match &column.values {
                Values::Text(values) => writer.typed::<ByteArrayType>().write_batch(values, there, None),
                Values::Whole(values) => writer.typed::<Int64Type>().write_batch(values, there, None),
                Values::Flag(values) => writer.typed::<BoolType>().write_batch(values, there, None),
            };
            written.map_err(failed)?;
            writer.close().map_err(failed)?;
            *column = Column::new(column.name, column.kind);
        }
        group.close().map_err(failed)?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }

    /// Writes what is left and gives the file its name.
    ///
    /// # Errors
    /// If the file cannot be written or renamed.
    pub fn finish(mut self) -> io::Result<()> {
        self.write_group()?;
        self.writer.finish().map_err(failed)?;
        self.writer.inner().sync_all()?;
        fs::rename(&self.unfinished, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;

    const COLUMNS: [(&str, Kind); 4] =
        [("name", Kind::Text), ("count", Kind::Number), ("at", Kind::Time), ("is", Kind::Flag)];

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        fs::write(&path, "old").unwrap();
        let mut table = Table::create(&path, &COLUMNS).unwrap();
        let rows = GROUP as i64 + 3;
        for n in 0..rows {
            let text = format!("ü{}", n % 5);
            let (name, time) = (Cell::text((n % 3 != 0).then_some(&text)), Cell::time((n % 2 == 0).then_some(at(n))));
            table.row(&[name, Cell::Number(n), time, Cell::Flag(n % 7 == 0)]).unwrap();
        }
        assert_eq!(fs::read(&path).unwrap(), b"old", "what stood there stays until the table is whole");
        table.finish().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        assert_eq!(reader.num_row_groups(), 2);
        let mut read = 0;
        for (n, row) in (0..).zip(reader.get_row_iter(None).unwrap()) {
            let fields: Vec<Field> = row.unwrap().get_column_iter().map(|(_, field)| field.clone()).collect();
            let name = if n % 3 == 0 { Field::Null } else { Field::Str(format!("ü{}", n % 5)) };
            let time = if n % 2 == 0 { Field::TimestampMicros(n * 1_000_000) } else { Field::Null };
            assert_eq!(fields, [name, Field::Long(n), time, Field::Bool(n % 7 == 0)], "row {n}");
            read += 1;
        }
        assert_eq!(read, rows);
    }

    #[test]
    fn a_table_without_rows_has_its_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        Table::create(&path, &COLUMNS).unwrap().finish().unwrap();
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let schema = reader.metadata().file_metadata().schema();
        let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
        assert_eq!((names, reader.metadata().file_metadata().num_rows()), (vec!["name", "count", "at", "is"], 0));
    }

    #[test]
    fn a_row_that_does_not_fit_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut table = Table::create(&folder.path().join("t.parquet"), &[("name", Kind::Text)]).unwrap();
        for cells in [&[][..], &[Cell::Number(1)], &[Cell::Text("a"), Cell::Text("b")]] {
            assert_eq!(table.row(cells).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{cells:?}");
        }
        assert!(Table::create(Path::new("/nowhere/at/all"), &[("name", Kind::Text)]).is_err());
    }
}
