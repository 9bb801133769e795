"""A book of invented people and purchases, by the same arithmetic in SQLite and in DuckDB: the same rows, written in seconds."""

# A number out of `n` that looks thrown; whole numbers below 2^62, so that both databases count alike.
MIX = "(({n} * 2654435761 + {salt}) % 4294967291 * 40503 % 2147483647)"


def mix(n, salt):
    return MIX.format(n=n, salt=salt)


def customers(series, people):
    """id, ref and city of everybody, and one of ten numbers, by which a tenth of them has a tag."""
    return f"""SELECT n AS id, 'C-' || substr('000000' || n, -7) AS ref,
        CASE {mix('n', 5)} % 4 WHEN 0 THEN 'Salem' WHEN 1 THEN 'Palo Alto' WHEN 2 THEN 'Austin' ELSE 'Zürich' END AS city,
        {mix('n', 7)} % 10 AS tenth FROM ({series.format(count=people)})"""


def purchases(series, people, count, last_day, years):
    """A third of the purchases are of the twentieth of the people who come often; the rest are spread over everybody."""
    often = max(people // 20, 1)
    return f"""SELECT n AS id,
        CASE WHEN n % 3 = 0 THEN {mix('n', 11)} % {often} + 1 ELSE {mix('n', 13)} % {people} + 1 END AS customer_id,
        {last_day} - {mix('n', 17)} % {years * 365} AS day,
        CASE WHEN {mix('n', 19)} % 25 = 0 THEN -({mix('n', 23)} % 5000) ELSE {mix('n', 23)} % 20000 END AS amount_minor
        FROM ({series.format(count=count)})"""


SQLITE_SERIES = "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s"
DUCKDB_SERIES = "SELECT range AS n FROM range(1, {count} + 1)"
