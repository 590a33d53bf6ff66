"""Say how Spark runs on this machine, where nobody has said it otherwise."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from pql import project
from pql.errors import PqlError

INSTALL = "`pip install -r requirements-spark.lock`"
# Plans are deep and tables small: the planner's stack and the start of tasks are what counts.
DEFAULTS = """\
# Written by pql. To use a cluster of your own, name the folder of its conf in SPARK_CONF_DIR.
spark.master {master}
spark.driver.memory {memory}
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.ui.enabled false
spark.ui.showConsoleProgress false
spark.driver.extraClassPath {jar}
spark.executor.extraClassPath {jar}
spark.driver.extraJavaOptions {java} -Dderby.system.home={folder}
spark.executor.extraJavaOptions {java}
spark.sql.catalog.spark_catalog org.apache.iceberg.spark.SparkSessionCatalog
spark.sql.catalog.spark_catalog.type hive
spark.hadoop.iceberg.engine.hive.lock-enabled false
spark.hadoop.javax.jdo.option.ConnectionURL jdbc:derby:;databaseName={folder}/metastore;create=true
spark.sql.warehouse.dir {folder}/tables
spark.sql.session.timeZone UTC
spark.sql.codegen.wholeStage false
spark.sql.constraintPropagation.enabled false
spark.sql.shuffle.partitions 2
spark.default.parallelism 2
spark.locality.wait 0
"""
# Errors alone. Where the level of the gateway for Python is another, Spark says so at each start.
LOGGING = """\
rootLogger.level = error
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""


def environment() -> dict[str, str]:
    """Return what Spark has to find in its environment, and write its configuration.

    Nothing, where SPARK_CONF_DIR names one, or where dbt connects to a server.

    Raises:
        PqlError: Spark, Java or Iceberg is not installed.
    """
    if os.environ.get("PQL_SPARK_METHOD", "session") != "session":
        return {}
    own = {"PYSPARK_PYTHON": os.environ.get("PYSPARK_PYTHON", sys.executable)}
    if not find_spec("pyspark"):
        raise PqlError(f"--target spark: pyspark is not installed; run {INSTALL}")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise PqlError(
            "--target spark: there is no Java; install 17, such as Debian's openjdk-17-jre-headless"
        )
    if "SPARK_CONF_DIR" in os.environ:
        return own
    folder = Path(
        os.environ.get("PQL_SPARK_FOLDER") or project.root() / "spark-warehouse"
    ).resolve()
    conf = folder / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    (conf / "log4j2.properties").write_text(LOGGING)
    (conf / "spark-defaults.conf").write_text(
        DEFAULTS.format(
            folder=folder,
            jar=iceberg_jar(),
            java="-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC -Xss8m",
            master=os.environ.get("PQL_SPARK_MASTER", "local[2]"),
            memory=os.environ.get("PQL_SPARK_MEMORY", "3g"),
        )
    )
    return own | {"SPARK_CONF_DIR": str(conf)}


def iceberg_jar() -> Path:
    """Return Iceberg's runtime for the installed Spark, which comes as a Python package."""
    package = find_spec("snowpark_connect_deps_iceberg")
    if not package:
        raise PqlError(f"--target spark: Iceberg is not installed; run {INSTALL}")
    folder = Path(next(iter(package.submodule_search_locations))) / "jars"
    return next(folder.glob("iceberg-spark-runtime-3.5_2.12-*.jar"))
