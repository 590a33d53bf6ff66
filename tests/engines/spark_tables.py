"""Put raw tables into Spark, or write a schema's tables as Parquet; run by Spark's own Python.

python spark_tables.py load <file of schemas, their tables, columns with types and rows, as JSON>
python spark_tables.py dump <schema> <folder>
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession


def main(command: str, *arguments: str) -> None:
    session = (
        SparkSession.builder.enableHiveSupport()
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .getOrCreate()
    )
    if command == "load":
        for schema, tables in json.loads(Path(arguments[0]).read_text()).items():
            session.sql(f"create schema if not exists {schema}")
            for row in session.sql(f"show tables in {schema}").collect():
                session.sql(f"drop table {schema}.`{row.tableName}`")
            for name, table in tables.items():
                types = table["types"]
                texts = ", ".join(f"`{column}` string" for column in types)
                frame = session.createDataFrame([tuple(row) for row in table["rows"]], texts)
                typed = [f"cast(`{name}` as {kind}) as `{name}`" for name, kind in types.items()]
                frame.selectExpr(*typed).writeTo(f"{schema}.`{name}`").using("iceberg").create()
    else:
        schema, folder = arguments
        for row in session.sql(f"show tables in {schema}").collect():
            if not row.isTemporary:
                table = session.table(f"{schema}.{row.tableName}")
                table.coalesce(1).write.mode("overwrite").parquet(f"{folder}/{row.tableName}")


if __name__ == "__main__":
    main(*sys.argv[1:])
