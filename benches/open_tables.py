"""Opens every table of a folder of results with whatever of pandas, pyarrow, polars and DuckDB is installed here.

    python -m venv old && old/bin/pip install pyarrow==14.0.2 "pandas<2.3" "numpy<2"
    python -m venv new && new/bin/pip install pandas pyarrow duckdb polars
    for venv in old new; do $venv/bin/python benches/open_tables.py RESULTS; done

RESULTS is what `driftline forecast`, `backtest` or `embed` wrote (a folder, or one .parquet file), with `--tables both`
also the CSV files. Each table is read as a whole; types must be plain ones (no views, no dictionaries), rows must be as
many for each reader, and a CSV must hold the same numbers as the Parquet file beside it. Exits with 1 if one is not.
"""

import importlib
import pathlib
import sys


def load(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


PA, PD, PL, DUCK = (load(name) for name in ["pyarrow", "pandas", "polars", "duckdb"])
if PA:
    import pyarrow.parquet as pq


def plain(dtype):
    """Whether a reader of any age knows an Arrow type."""
    if PA.types.is_list(dtype):
        return plain(dtype.value_type)
    simple = [PA.types.is_string, PA.types.is_integer, PA.types.is_floating, PA.types.is_boolean, PA.types.is_date32]
    return any(is_so(dtype) for is_so in simple) or dtype == PA.timestamp("us")


def readers(path):
    """What each library says of a table: how many rows, and the sum of each column of numbers."""
    if PA:
        table = pq.read_table(path)
        strange = [f"{field.name}: {field.type}" for field in table.schema if not plain(field.type)]
        if strange:
            raise TypeError(f"types that not every reader knows: {', '.join(strange)}")
        yield f"pyarrow {PA.__version__}", table.num_rows
    if PD and PA:
        frame = PD.read_parquet(path)
        frame.to_dict("list")
        yield f"pandas {PD.__version__}", len(frame)
    if PL:
        yield f"polars {PL.__version__}", PL.read_parquet(path).height
    if DUCK:
        yield f"duckdb {DUCK.__version__}", len(DUCK.execute(f"select * from read_parquet('{path}')").fetchall())


def same_numbers(parquet, csv):
    """A CSV against the Parquet file beside it."""
    table, page = PD.read_parquet(parquet), PD.read_csv(csv, low_memory=False)
    assert list(table.columns) == list(page.columns), (csv, list(page.columns))
    assert len(table) == len(page), csv
    for name in table.columns:
        if PD.api.types.is_numeric_dtype(table[name]) and not PD.api.types.is_bool_dtype(table[name]):
            apart = (table[name].astype(float) - page[name].astype(float)).abs().max()
            assert not apart > 1e-6 * max(1.0, table[name].abs().max()), (csv, name, apart)


def main(place):
    files = [place] if place.is_file() else sorted(place.rglob("*.parquet"))
    if not files:
        sys.exit(f"there is no table in {place}")
    failed = 0
    for path in files:
        try:
            told = dict(readers(str(path)))
            if len(set(told.values())) != 1:
                raise ValueError(f"they count differently: {told}")
            page = path.with_suffix(".csv")
            if PD and PA and page.exists():
                same_numbers(path, page)
            print(f"ok      {path.name}: {next(iter(told.values())):,} rows by {', '.join(told)}")
        except Exception as error:  # whatever a reader meets is what is looked for
            failed += 1
            print(f"FAILED  {path.name}: {type(error).__name__}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
