using System.Diagnostics;
using System.Globalization;

namespace Planner.Tests.Processes;

/// <summary>A PostgreSQL server of the tests' own, from Debian's package. It ends with this process, however that ends.</summary>
public sealed class PostgresServer : IDisposable
{
    private static readonly Lazy<PostgresServer> OfThisRing = new(() => new PostgresServer());
    private static int s_databases;

    private readonly Process _process;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"planner-pg-{Guid.NewGuid():N}");

    /// <summary>Starts a server, for tests that stop it or need settings of their own.</summary>
    public PostgresServer(params string[] settings)
    {
        _process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "postgres"), [_folder, .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Expect("ready");
    }

    /// <summary>The server that the tests of a ring share.</summary>
    public static PostgresServer Shared => OfThisRing.Value;

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its name.</returns>
    public string CreateDatabase()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"db{Interlocked.Increment(ref s_databases)}");
        Query("postgres", $"create database {name}");
        return name;
    }

    /// <summary>The address of a database, as the command takes it.</summary>
    public string Address(string database, string user = "tester") => $"postgres://{user}@/{database}?host={_folder}";

    /// <summary>Runs SQL as the superuser.</summary>
    /// <returns>The rows, a line each, with a bar between columns.</returns>
    public IReadOnlyList<string> Query(string database, string sql)
    {
        using var psql = Process.Start(new ProcessStartInfo(
            "psql", ["--host", _folder, "--username", "tester", "--dbname", database, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--command", sql])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = psql.StandardError.ReadToEndAsync();
        var output = psql.StandardOutput.ReadToEnd();
        psql.WaitForExit();
        return psql.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException($"{sql}: {error.Result}");
    }

    /// <summary>Stops the server in good order.</summary>
    public void Stop() => Tell("stop", "stopped");

    /// <summary>Has the server die at once: it recovers when it starts again.</summary>
    public void Crash() => Tell("crash", "stopped");

    /// <summary>Starts it again.</summary>
    public void Start() => Tell("start", "ready");

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Tell(string command, string answer)
    {
        _process.StandardInput.WriteLine(command);
        Expect(answer);
    }

    private void Expect(string answer)
    {
        if (_process.StandardOutput.ReadLine() is var said && said != answer)
        {
            throw new InvalidOperationException($"the PostgreSQL server said '{said}' where '{answer}' was expected: is the package postgresql-15 installed?");
        }
    }
}
