using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>A store in a database of PostgreSQL's. The form of the address is libpq's
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS), and so are the places where a password is looked for: PGPASSWORD, PGPASSFILE, ~/.pgpass.</summary>
internal sealed partial record PostgresAddress : StoreAddress
{
    private const int UsualPort = 5432;
    private const int ConnectSeconds = 10;

    private static readonly Dictionary<string, SslMode> SslModes = new(StringComparer.Ordinal)
    {
        ["disable"] = SslMode.Disable,
        ["allow"] = SslMode.Allow,
        ["prefer"] = SslMode.Prefer,
        ["require"] = SslMode.Require,
        ["verify-ca"] = SslMode.VerifyCA,
        ["verify-full"] = SslMode.VerifyFull,
    };

    private PostgresAddress(NpgsqlConnectionStringBuilder settings) => Settings = settings;

    /// <summary>What the driver is told.</summary>
    public NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Whether a text begins like the address of a database.</summary>
    public static bool IsMeant(string text) => text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);

    /// <summary>Reads an address.</summary>
    /// <exception cref="StoreException">It cannot be one. The text is not repeated, since a password may stand anywhere in it.</exception>
    public static new PostgresAddress Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw Unreadable("it has another form");
        }

        var user = Part(match, "user") ?? Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName;
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = Part(match, "host") ?? "localhost",
            Port = Part(match, "port") is { } port ? Port(port) : UsualPort,
            Username = user,
            Password = Part(match, "password"),
            Database = Part(match, "database") ?? user,
            ApplicationName = "planner",
            Timeout = ConnectSeconds,
        };
        foreach (var pair in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            Set(settings, pair);
        }

        return new PostgresAddress(settings);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var user = Uri.EscapeDataString(Settings.Username!);
        var database = Uri.EscapeDataString(Settings.Database!);
        var port = Settings.Port == UsualPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{Settings.Port}");
        return Settings.Host!.StartsWith('/')
            ? $"postgres://{user}@{port}/{database}?host={Settings.Host}"
            : $"postgres://{user}@{(Settings.Host.Contains(':', StringComparison.Ordinal) ? $"[{Settings.Host}]" : Settings.Host)}{port}/{database}";
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string pair)
    {
        var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, Uri.UnescapeDataString(right)) : (pair, "");
        switch (name)
        {
            case "host":
                settings.Host = value;
                break;
            case "port":
                settings.Port = Port(value);
                break;
            case "sslmode" when SslModes.TryGetValue(value, out var mode):
                settings.SslMode = mode;
                break;
            case "sslrootcert":
                settings.RootCertificate = value;
                break;
            default:
                throw Unreadable("of what can stand behind '?' it takes host, port, sslmode (disable, allow, prefer, require, verify-ca, verify-full) and sslrootcert");
        }
    }

    private static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue ? port : throw Unreadable("a port is a number from 1 to 65535");

    private static string? Part(Match match, string name) => match.Groups[name] is { Success: true, Length: > 0 } group ? Uri.UnescapeDataString(group.Value) : null;

    private static StoreException Unreadable(string why) =>
        new($"The address of a PostgreSQL database that --store has cannot be read ({why}): write postgres://user@host:port/database.") { IsWrongAddress = true };

    [GeneratedRegex(@"^postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>.*))?@)?(?:\[(?<host>[0-9A-Fa-f:.%]+)\]|(?<host>[^@:/?\[\]]*))(?::(?<port>[^/?]*))?(?:/(?<database>[^/?]*))?(?:\?(?<query>.*))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
