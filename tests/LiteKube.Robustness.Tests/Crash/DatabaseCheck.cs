using SQLitePCL;

namespace LiteKube.Robustness.Tests.Crash;

/// <summary>SQLite's own check of what a killed server left behind, made on a copy.</summary>
internal static class DatabaseCheck
{
    static DatabaseCheck() => Batteries_V2.Init();

    public static void Run(string database)
    {
        if (!File.Exists(database))
            return;
        var copy = Directory.CreateTempSubdirectory("litekube-check-");
        try
        {
            foreach (var suffix in (string[])["", "-wal"])
            {
                if (File.Exists(database + suffix))
                    File.Copy(database + suffix, Path.Combine(copy.FullName, "db" + suffix));
            }

            var result = Check(Path.Combine(copy.FullName, "db"));
            if (result != "ok")
                throw new CrashException($"integrity check: {result}");
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    private static string Check(string path)
    {
        var code = raw.sqlite3_open(path, out var db);
        using (db)
        {
            if (code != raw.SQLITE_OK || raw.sqlite3_prepare_v2(db, "PRAGMA integrity_check", out var statement) != raw.SQLITE_OK)
                return raw.sqlite3_errmsg(db).utf8_to_string();
            using (statement)
                return raw.sqlite3_step(statement) == raw.SQLITE_ROW ? raw.sqlite3_column_text(statement, 0).utf8_to_string() : raw.sqlite3_errmsg(db).utf8_to_string();
        }
    }
}
