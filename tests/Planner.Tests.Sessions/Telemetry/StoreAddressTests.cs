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
        Assert.Equal("/var/lib/planner.db", StoreAddress.Parse("/var/lib/planner.db").Path);
        Assert.Equal(Path.GetFullPath("my.db"), StoreAddress.Parse("my.db").Path);
        Assert.False(StoreAddress.Parse("my.db").IsDefault);
    }

    [Fact]
    public void Without_an_address_the_store_lies_in_the_state_directory()
    {
        var address = StoreAddress.Parse(null);

        Assert.Equal(Path.Combine(StateDirectory.Locate(), "planner.db"), address.Path);
        Assert.True(address.IsDefault);
    }

    [Theory]
    [InlineData("postgres://user@host/db")]
    [InlineData("postgresql://host/db")]
    public void PostgreSQL_is_refused_by_name(string text) => Assert.Equal(
        "This build keeps its store in SQLite, PostgreSQL comes with the service: give --store the path of a file.",
        Assert.Throws<StoreException>(() => StoreAddress.Parse(text)).Message);

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

        using (SqliteMeasurementStore.Open(new StoreAddress(Path.Combine(state, "planner.db"), IsDefault: true)))
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
