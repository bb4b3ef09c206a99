#!/usr/bin/env python3
"""Driftline's whole way from a log to its event table, beside pandas, polars and DuckDB doing the same cleaning.

    python3 -m venv venv && venv/bin/pip install pandas pyarrow polars duckdb
    venv/bin/python benches/read_log.py [--rows 20000000] [--only sample-parquet,sample-csv,large-parquet,large-csv]
        [--beside pandas,polars,duckdb] [--work DIR]

Every reading is a process of its own that times itself from the opening of the file to the finished table (imports and
start do not count); the programs take turns, the files lie in the system's cache, each has all cores. What is told is
the median (5 readings; 3 of the large log), the processor's time with all cores added up (start and imports included), the
peak of memory, and the ratio to the best of the others. The script
fails unless all four count the same. Of a CSV file it also tells the reading alone: Driftline's first stage, in which every
value is read, beside polars' streaming reader.

The cleaning, in this order (Driftline learns from the log which columns, codes and baskets these are; the others are told):
  no user     the customer is absent
  no text     nothing is left of the description once outer spaces are gone and inner ones are single
  duplicate   equal to an earlier row in every column
  no goods    the item's code does not begin with five digits
  no price    not above zero, in a row that is no return; a return has a basket that begins with C or a quantity below 0
  called off  a return whose row before, of the same user and item, is a purchase of the same quantity and price and no
              more than a day older; and that purchase
What is left is sorted by user and time, returns apart; users and texts are numbered by their spelling; value is quantity
times price. Driftline besides counts distinct and absent values of every column and notes the first lines of each
reason; the others do not.
"""
import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data/online_retail_II.parquet"


def with_pandas(path):
    import pandas as pd

    began = time.perf_counter()
    if path.endswith(".parquet"):
        log = pd.read_parquet(path)
    else:
        texts = {"Invoice": "str", "StockCode": "str", "Description": "str", "Country": "str"}
        log = pd.read_csv(path, dtype=texts, parse_dates=["InvoiceDate"], date_format="ISO8601")
    rows = len(log)
    rejected = {}

    def keep(mask, reason):
        nonlocal log
        rejected[reason] = int(len(log) - mask.sum())
        log = log[mask]

    keep(log["Customer ID"].notna(), "no_user")
    # Each distinct text is cleaned once.
    codes, names = pd.factorize(log["Description"])
    clean = pd.Series(names, dtype="str").str.split().str.join(" ")
    text = clean.reindex(codes).set_axis(log.index)
    log = log.assign(text=text)
    keep(text.notna() & (text != ""), "no_text")
    keep(~log.duplicated(subset=[name for name in log.columns if name != "text"]), "duplicate")
    keep(log["StockCode"].str.match(r"[0-9]{5}|[0-9]+$"), "no_goods")
    back = log["Invoice"].str.startswith("C") | (log["Quantity"] < 0)
    priced = back | (log["Price"] > 0)
    rejected["no_price"] = int(len(log) - priced.sum())
    log = log[priced].assign(
        value=log["Quantity"] * log["Price"],
        user=log["Customer ID"].astype("int64").astype("str").astype("category"),
        text=log["text"].astype("category"),
    )
    log["user"] = log["user"].cat.remove_unused_categories()
    log["text"] = log["text"].cat.remove_unused_categories()
    log["user_id"] = log["user"].cat.codes
    log["text_id"] = log["text"].cat.codes
    log["back"] = back[priced]
    near = log.sort_values(["user_id", "StockCode", "InvoiceDate"], kind="stable")
    before = near[["user_id", "StockCode", "InvoiceDate", "Quantity", "Price", "back"]].shift()
    off = (
        near["back"]
        & ~before["back"].fillna(True).astype(bool)
        & (near["user_id"] == before["user_id"])
        & (near["StockCode"] == before["StockCode"])
        & (near["Quantity"] == -before["Quantity"])
        & (near["Price"] == before["Price"])
        & (near["InvoiceDate"] - before["InvoiceDate"] <= pd.Timedelta(days=1))
    )
    off = off | off.shift(-1, fill_value=False)
    rejected["called_off"] = int(off.sum())
    log = log.drop(index=off.index[off])
    back = log["back"]
    columns = ["user_id", "InvoiceDate", "text_id", "Quantity", "value", "StockCode", "Invoice"]
    events = log.loc[~back, columns].sort_values(["user_id", "InvoiceDate"], kind="stable")
    returns = log.loc[back, columns].sort_values(["user_id", "InvoiceDate"], kind="stable")
    # The numbers of whoever has no rows left stay unused.
    users, words = log["user_id"].nunique(), log["text_id"].nunique()
    seconds = time.perf_counter() - began
    return seconds, {
        "rows_read": rows,
        "rejected": rejected,
        "events": len(events),
        "returns": len(returns),
        "users": users,
        "texts": words,
        "value": float(events["value"].sum()),
        "returned": float(returns["value"].abs().sum()),
    }


def polars_types():
    import polars as pl

    return {"Invoice": pl.String, "StockCode": pl.String, "Customer ID": pl.Int64, "InvoiceDate": pl.Datetime}


def with_polars(path):
    import polars as pl

    began = time.perf_counter()
    if path.endswith(".parquet"):
        log = pl.scan_parquet(path)
    else:
        log = pl.scan_csv(path, schema_overrides=polars_types())
    known = log.filter(pl.col("Customer ID").is_not_null())
    rows, log = pl.collect_all([log.select(pl.len()), known], engine="streaming")
    rows = rows.item()
    rejected = {"no_user": rows - log.height}
    # Each distinct text is cleaned once.
    names = log["Description"].unique().drop_nulls().to_frame()
    names = names.with_columns(text=pl.col("Description").str.replace_all(r"\s+", " ").str.strip_chars())
    names = names.filter(pl.col("text") != "").lazy()
    before = log.height
    columns = log.columns
    log = log.lazy().join(names, on="Description", maintain_order="left").collect(engine="streaming")
    rejected["no_text"] = before - log.height
    before = log.height
    log = log.lazy().unique(subset=columns, keep="any", maintain_order=True).collect(engine="streaming")
    rejected["duplicate"] = before - log.height
    before = log.height
    log = log.lazy().filter(pl.col("StockCode").str.contains(r"^([0-9]{5}|[0-9]+$)")).collect(engine="streaming")
    rejected["no_goods"] = before - log.height
    back = pl.col("Invoice").str.starts_with("C") | (pl.col("Quantity") < 0)
    before = log.height
    log = log.lazy().with_columns(back=back).filter(pl.col("back") | (pl.col("Price") > 0)).collect(engine="streaming")
    rejected["no_price"] = before - log.height
    # Few users and items have a return at all; only among these can something be called off.
    returned = log.lazy().filter(pl.col("back")).select("Customer ID", "StockCode").unique()
    near = log.lazy().with_row_index("place").join(returned, on=["Customer ID", "StockCode"], how="semi")
    near = near.select("place", "Customer ID", "StockCode", "InvoiceDate", "Quantity", "Price", "back")
    near = near.sort("Customer ID", "StockCode", "InvoiceDate", "place")
    same = (pl.col("Customer ID") == pl.col("Customer ID").shift()) & (pl.col("StockCode") == pl.col("StockCode").shift())
    off = pl.col("back") & ~pl.col("back").shift() & same & (pl.col("Quantity") == -pl.col("Quantity").shift())
    off = off & (pl.col("Price") == pl.col("Price").shift())
    off = off & (pl.col("InvoiceDate") - pl.col("InvoiceDate").shift() <= pl.duration(days=1))
    off = (off | off.shift(-1)).fill_null(False)
    near = near.filter(off).select("place").collect()["place"]
    rejected["called_off"] = near.len()
    log = log.with_row_index("place").filter(~pl.col("place").is_in(near.implode()))
    users = log.select(pl.col("Customer ID").unique()).with_columns(user=pl.col("Customer ID").cast(pl.String))
    users = users.sort("user").with_row_index("user_id")
    texts = log.select(pl.col("text").unique()).sort("text").with_row_index("text_id")
    log = (
        log.lazy()
        .join(users.lazy(), on="Customer ID", maintain_order="left")
        .join(texts.lazy(), on="text", maintain_order="left")
        .select("user_id", "InvoiceDate", "text_id", "Quantity", "StockCode", "Invoice", "back", value=pl.col("Quantity") * pl.col("Price"))
        .sort("user_id", "InvoiceDate", maintain_order=True)
    )
    events, returns = pl.collect_all([log.filter(~pl.col("back")), log.filter(pl.col("back"))], engine="streaming")
    seconds = time.perf_counter() - began
    return seconds, {
        "rows_read": rows,
        "rejected": rejected,
        "events": events.height,
        "returns": returns.height,
        "users": users.height,
        "texts": texts.height,
        "value": events["value"].sum(),
        "returned": returns["value"].abs().sum(),
    }


def with_duckdb(path):
    import duckdb

    began = time.perf_counter()
    base = duckdb.connect()
    if path.endswith(".parquet"):
        source = f"read_parquet('{path}', file_row_number=true)"
        place = "file_row_number"
    else:
        types = "{'Invoice': 'VARCHAR', 'StockCode': 'VARCHAR', 'Customer ID': 'BIGINT', 'InvoiceDate': 'TIMESTAMP'}"
        source = f"(select *, row_number() over () as place from read_csv('{path}', types={types}))"
        place = "place"
    # Equal rows have equal fates, so they are gathered first and each counted with its fate.
    base.execute(f"""
        create temp table log as
        select Invoice, StockCode, Description, Quantity, InvoiceDate, Price, "Customer ID" as customer, Country,
               count(*) as times, min({place}) as place
        from {source} group by all
    """)
    base.execute(r"""
        create temp table judged as
        select log.*, words.text,
               starts_with(Invoice, 'C') or Quantity < 0 as back,
               case when customer is null then 'no_user'
                    when words.text is null or words.text = '' then 'no_text'
                    when not regexp_matches(StockCode, '^([0-9]{5}|[0-9]+$)') then 'no_goods'
                    when not back and Price <= 0 then 'no_price'
                    else '' end as fate
        from log left join (
            select Description, trim(regexp_replace(Description, '\s+', ' ', 'g')) as text
            from (select distinct Description from log)
        ) as words using (Description)
    """)
    base.execute("""
        create temp table off as
        with near as (
            select place, back, Quantity, Price, InvoiceDate,
                   lag(struct_pack(place, back, Quantity, Price, InvoiceDate)) over (
                       partition by customer, StockCode order by InvoiceDate, place
                   ) as before
            from judged semi join (
                select distinct customer, StockCode from judged where fate = '' and back
            ) using (customer, StockCode)
            where fate = ''
        )
        select unnest([place, before.place]) as place from near
        where back and not before.back and Quantity = -before.Quantity and Price = before.Price
          and InvoiceDate - before.InvoiceDate <= interval 1 day;
        update judged set fate = 'called_off' where place in (select place from off);
    """)
    fates = base.execute("select fate, sum(times)::bigint, count(*) from judged group by fate").fetchall()
    base.execute("""
        create temp table users as
        select customer, row_number() over (order by customer::varchar) - 1 as user_id
        from (select distinct customer from judged where fate = '');
        create temp table texts as
        select text, row_number() over (order by text) - 1 as text_id
        from (select distinct text from judged where fate = '');
        create temp table kept as
        select user_id, InvoiceDate, text_id, Quantity, Quantity * Price as value, StockCode, Invoice, back
        from judged join users using (customer) join texts using (text) where fate = '';
        create temp table events as select * exclude (back) from kept where not back order by user_id, InvoiceDate;
        create temp table returns as select * exclude (back) from kept where back order by user_id, InvoiceDate;
    """)
    seconds = time.perf_counter() - began
    one = lambda query: base.execute(query).fetchone()[0]
    rejected = {fate: rows for fate, rows, _ in fates if fate in ("no_user", "no_text")}
    for fate in ("no_goods", "no_price", "called_off"):
        rejected[fate] = sum(distinct for name, _, distinct in fates if name == fate)
    lost = ("no_user", "no_text")
    rejected["duplicate"] = sum(rows - distinct for fate, rows, distinct in fates if fate not in lost)
    return seconds, {
        "rows_read": sum(rows for _, rows, _ in fates),
        "rejected": rejected,
        "events": one("select count(*) from events"),
        "returns": one("select count(*) from returns"),
        "users": one("select count(*) from users"),
        "texts": one("select count(*) from texts"),
        "value": one("select sum(value) from events"),
        "returned": one("select sum(abs(value)) from returns"),
    }


def only_read(path):
    """No cleaning: what polars' streaming reader takes to have a CSV file's columns in memory."""
    import polars as pl

    began = time.perf_counter()
    rows = pl.scan_csv(path, schema_overrides=polars_types()).collect(engine="streaming").height
    return time.perf_counter() - began, {"rows_read": rows}


OTHERS = {"pandas": with_pandas, "polars": with_polars, "duckdb": with_duckdb}


def read_once(name, program, path):
    """One reading in a process of its own."""
    command = [program, path] if name == "driftline" else [sys.executable, __file__, "--contender", name, path]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{name} could not read {path}:\n{done.stderr}")
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"work": work, **json.loads(done.stdout.splitlines()[-1])}


def same(one, other):
    """Whether two accounts agree; sums of money to nine digits, since they are added in another order."""
    if isinstance(one, dict):
        return all(same(one.get(key, 0), other.get(key, 0)) for key in one.keys() | other.keys())
    return abs(one - other) <= 1e-9 * abs(one) if isinstance(one, float) else one == other


def built():
    """The program that reads with Driftline, built as `cargo xtask run` builds."""
    command = ["cargo", "build", "--bench", "read_log", "--message-format=json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    made = [json.loads(line) for line in lines if line.startswith("{")]
    return next(m["executable"] for m in made if m.get("executable") and m["target"]["name"] == "read_log")


def logs(work, rows, only):
    """The logs to read, made where they are not there yet."""
    if "sample-parquet" in only:
        yield "sample, Parquet", str(SAMPLE), 5
    if "sample-csv" in only:
        path = work / "sample.csv"
        if not path.exists():
            import polars as pl

            pl.read_parquet(SAMPLE).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
        yield "sample, CSV", str(path), 5
    for ending in ("parquet", "csv"):
        if f"large-{ending}" in only:
            path = work / f"log-{rows}.{ending}"
            if not path.exists():
                make = ["cargo", "xtask", "generate-log", "--rows", str(rows), "--out", str(path)]
                subprocess.run(make, cwd=ROOT, check=True)
            yield f"{rows:,} rows, {ending}", str(path), 3


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=20_000_000, help="rows of the large log")
    arguments.add_argument("--only", default="sample-parquet,sample-csv,large-parquet", help="which logs; also large-csv")
    arguments.add_argument("--beside", default=",".join(OTHERS), help="which others")
    arguments.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "driftline-bench", help="where made logs stay")
    arguments.add_argument("--times", type=int, help="readings of each; 5, or 3 of the large log, when not given")
    arguments.add_argument("--program", help="a built read_log; built by cargo when not given")
    arguments.add_argument("--contender", help=argparse.SUPPRESS)
    arguments.add_argument("path", nargs="?", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.contender:
        seconds, counts = {**OTHERS, "only-read": only_read}[asked.contender](asked.path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"seconds": seconds, "peak_mib": peak, "counts": counts}))
        return
    program = asked.program or built()
    asked.work.mkdir(parents=True, exist_ok=True)
    others = [name for name in OTHERS if name in asked.beside.split(",")]
    names = ["driftline", *others]
    failed = False
    for title, path, times in logs(asked.work, asked.rows, asked.only.split(",")):
        # Brings the file into the system's cache.
        subprocess.run(["cat", path], check=True, stdout=subprocess.DEVNULL)
        times = asked.times or times
        alone = ["only-read"] if path.endswith(".csv") else []
        readings = {name: [] for name in names + alone}
        for _ in range(times):
            for name in names + alone:
                readings[name].append(read_once(name, program, path))
        medians = {name: statistics.median(reading["seconds"] for reading in all_) for name, all_ in readings.items()}
        best = min((medians[name] for name in others), default=None)
        print(f"{title}: median of {times}")
        for name in names:
            seconds = sorted(reading["seconds"] for reading in readings[name])
            peak = max(reading["peak_mib"] for reading in readings[name])
            work = statistics.median(reading["work"] for reading in readings[name])
            span = f"({seconds[0]:.2f} to {seconds[-1]:.2f})"
            print(f"  {name:10} {medians[name]:7.2f} s  {span:18} {work:7.2f} s of processor  {peak:6} MiB")
        if best is not None:
            print(f"  driftline takes {medians['driftline'] / best:.2f} of the time of the best of the others")
        for name in alone:
            work = statistics.median(reading["work"] for reading in readings[name])
            reading = statistics.median(reading["stages"]["read"] for reading in readings["driftline"])
            print(f"  reading alone: {reading:.2f} s; polars' streaming reader {medians[name]:.2f} s, and processor {work:.2f} s")
        counted = readings["driftline"][0]["counts"]
        for name in others:
            if not same(counted, readings[name][0]["counts"]):
                failed = True
                print(f"  {name} counts otherwise: {readings[name][0]['counts']}\n  driftline: {counted}")
        sys.stdout.flush()
    sys.exit("the counts do not agree" if failed else 0)


if __name__ == "__main__":
    main()
