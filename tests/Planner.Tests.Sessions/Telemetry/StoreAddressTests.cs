using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class StoreAddressTests
{
    [Fact]
    public void A_path_is_taken_as_it_is()
    {
        Assert.Equal(new SqliteAddress("/var/lib/planner.db", IsDefault: false), StoreAddress.Parse("/var/lib/planner.db"));
        Assert.Equal(new SqliteAddress(Path.GetFullPath("my.db"), IsDefault: false), StoreAddress.Parse("my.db"));
    }

    [Fact]
    public void Without_an_address_the_store_lies_in_the_state_directory()
    {
        Assert.Equal(new SqliteAddress(Path.Combine(StateDirectory.Locate(), "planner.db"), IsDefault: true), StoreAddress.Parse(null));
    }

    [Theory]
    [InlineData("postgres://user@host/db", "postgres://user@host/db")]
    [InlineData("postgresql://user@host:5433/db?sslmode=verify-full&sslrootcert=/ca.pem", "postgres://user@host:5433/db")]
    [InlineData("postgres://user:secret@host:5432/db", "postgres://user@host/db")]
    [InlineData("postgres://user:sec:ret@/%3F#@[2001:db8::1]:5433/db", "postgres://user@[2001:db8::1]:5433/db")]
    [InlineData("postgres://me%40home@host/my%20db", "postgres://me%40home@host/my%20db")]
    [InlineData("postgres://user@/db?host=/run/postgresql&port=5433", "postgres://user@:5433/db?host=/run/postgresql")]
    [InlineData("postgres://user@host", "postgres://user@host/user")]
    public void A_database_is_named_as_libpq_does_and_told_without_its_password(string text, string told)
    {
        Assert.Equal(told, StoreAddress.Parse(text).ToString());
        Assert.Equal(told, StoreAddress.Parse(told).ToString());
    }

    [Theory]
    [InlineData("postgres://user:secret@host:0/db", "a port is a number")]
    [InlineData("postgres://user:secret@host:many/db", "a port is a number")]
    [InlineData("postgres://user:secret@host/db?password=secret", "of what can stand behind '?' it takes")]
    [InlineData("postgres://user:secret@host/db?sslmode=secret", "of what can stand behind '?' it takes")]
    [InlineData("postgres://user:secret@host/db/secret", "it has another form")]
    [InlineData("postgres://a,secret]/x/secret", "it has another form")]
    public void A_database_that_cannot_be_one_is_refused_and_its_password_is_not_repeated(string text, string why)
    {
        var refused = Assert.Throws<StoreException>(() => StoreAddress.Parse(text));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsWrongAddress);
    }

    [Theory]
    [InlineData("'postgres://user:secret@host/db' is not known here.", "'postgres://user@host/db' is not known here.")]
    [InlineData("mysql://user:sec@ret@host", "mysql://user@host")]
    [InlineData("http://127.0.0.1:8080 and vfio-user:/tmp/a@b", "http://127.0.0.1:8080 and vfio-user:/tmp/a@b")]
    public void Passwords_are_taken_out_of_any_text(string text, string redacted) => Assert.Equal(redacted, StoreAddress.Redact(text));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("mysql://host")]
    [InlineData("a\0b")]
    public void What_names_no_file_is_refused(string text) => Assert.Throws<StoreException>(() => StoreAddress.Parse(text));

    [Theory]
    [InlineData("/state", "/home/me", "/state/planner")]
    [InlineData(null, "/home/me", "/home/me/.local/state/planner")]
    [InlineData("", "/home/me", "/home/me/.local/state/planner")]
    [InlineData("relative", "/home/me", "/home/me/.local/state/planner")]
    public void The_state_directory_follows_XDG(string? xdgStateHome, string? home, string expected) =>
        Assert.Equal(expected, StateDirectory.Locate(xdgStateHome, home));

    [Theory]
    [InlineData(true, null, null, "/home/me", "/var/lib/planner /home/me/.local/state/planner")]
    [InlineData(true, null, "/state", "/root", "/var/lib/planner /state/planner")]
    [InlineData(true, null, null, null, "/var/lib/planner")]
    [InlineData(false, null, null, "/home/me", "/home/me/.local/state/planner /var/lib/planner")]
    [InlineData(false, "/var/lib/planner", null, null, "/var/lib/planner")]
    [InlineData(true, "/var/lib/mine:/var/lib/other", null, "/root", "/var/lib/mine")]
    [InlineData(true, "", null, null, "/var/lib/planner")]
    public void Root_and_services_share_one_place_whatever_HOME_is_and_users_have_their_own(bool isRoot, string? service, string? xdgStateHome, string? home, string places) =>
        Assert.Equal(places.Split(' '), StateDirectory.Places(isRoot, service, xdgStateHome, home));

    [Fact]
    public void Without_a_home_there_is_no_state_directory() =>
        Assert.Throws<StoreException>(() => StateDirectory.Locate(null, null));

    [Fact]
    public void The_default_place_is_made_for_the_owner_only()
    {
        using var directory = new TemporaryDirectory();
        var state = StateDirectory.Locate(null, directory.Path);

        using (SqlMeasurementStore.Open(new SqliteAddress(Path.Combine(state, "planner.db"), IsDefault: true)))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state));
        }
    }

    [Fact]
    public void A_place_that_cannot_be_made_is_told()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("file"), "");

        var e = Assert.Throws<StoreException>(() => StateDirectory.Create(directory.File("file/planner")));
        Assert.StartsWith($"The directory {directory.File("file/planner")} cannot be made", e.Message, StringComparison.Ordinal);
    }
}
