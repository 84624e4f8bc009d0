// SPDX-License-Identifier: Apache-2.0
// Makes a database in a file, fills it with 100,000 rows, indexes, joins,
// deletes, shrinks and verifies it, and prints what it finds on the way.
#include <stdio.h>
#include <stdlib.h>

#include "sqlite3.h"

static int print_row(void *unused, int count, char **values, char **names) {
  (void)unused;
  for (int i = 0; i < count; i++) {
    printf("%s%s=%s", i ? " " : "", names[i], values[i] ? values[i] : "NULL");
  }
  puts("");
  return 0;
}

static void run(sqlite3 *database, const char *statement) {
  char *error = NULL;
  if (sqlite3_exec(database, statement, print_row, NULL, &error) != SQLITE_OK) {
    printf("%s: %s\n", statement, error);
    exit(1);
  }
}

static void insert_rows(sqlite3 *database, int count) {
  sqlite3_stmt *insert = NULL;
  sqlite3_prepare_v2(database, "INSERT INTO item VALUES (?, ?, ?, ?)", -1,
                     &insert, NULL);
  unsigned state = 1;
  run(database, "BEGIN");
  for (int i = 0; i < count; i++) {
    char name[32];
    state = state * 1664525u + 1013904223u;
    sqlite3_snprintf(sizeof name, name, "item-%u", state % 50021);
    sqlite3_bind_int(insert, 1, i);
    sqlite3_bind_text(insert, 2, name, -1, SQLITE_TRANSIENT);
    sqlite3_bind_double(insert, 3, (double)state / 7);
    sqlite3_bind_int(insert, 4, (int)(state / 1024 % 100));
    if (sqlite3_step(insert) != SQLITE_DONE) {
      printf("row %d: %s\n", i, sqlite3_errmsg(database));
      exit(1);
    }
    sqlite3_reset(insert);
  }
  run(database, "COMMIT");
  sqlite3_finalize(insert);
}

int main(void) {
  sqlite3 *database = NULL;
  if (sqlite3_open("torture.db", &database) != SQLITE_OK) {
    printf("open: %s\n", sqlite3_errmsg(database));
    return 1;
  }
  printf("SQLite %s\n", sqlite3_libversion());
  run(database,
      "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, "
      "price REAL, kind INT)");
  run(database, "CREATE TABLE kind(id INTEGER PRIMARY KEY, title TEXT)");
  insert_rows(database, 100000);
  run(database,
      "INSERT INTO kind WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL "
      "SELECT i + 1 FROM n WHERE i < 99) "
      "SELECT i, printf('kind %02d', i) FROM n");
  run(database, "CREATE INDEX item_name ON item(name)");
  run(database, "CREATE INDEX item_kind ON item(kind, price)");
  run(database,
      "SELECT count(*), sum(kind), round(avg(price), 3), "
      "min(name), max(name) FROM item");
  run(database,
      "SELECT title, count(*) AS n, round(max(price), 2) AS dearest "
      "FROM item JOIN kind ON kind.id = item.kind "
      "GROUP BY title ORDER BY n DESC, title LIMIT 5");
  run(database,
      "SELECT a.id, b.id FROM item a JOIN item b ON a.name = b.name "
      "AND a.id < b.id ORDER BY a.id, b.id LIMIT 5");
  run(database, "UPDATE item SET price = -price WHERE kind BETWEEN 10 AND 19");
  run(database, "DELETE FROM item WHERE id % 3 = 0");
  run(database, "SELECT count(*), round(sum(price), 1) FROM item");
  run(database, "VACUUM");
  run(database, "PRAGMA integrity_check");
  run(database, "PRAGMA page_count");
  run(database,
      "SELECT name, length(name), upper(substr(name, 1, 4)), "
      "hex(id), typeof(price) FROM item WHERE name LIKE '%-77%' "
      "ORDER BY name LIMIT 5");
  return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
