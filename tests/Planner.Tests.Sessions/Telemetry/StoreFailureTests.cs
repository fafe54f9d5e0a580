using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Cli;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class StoreFailureTests : IDisposable
{
    // Beside the tests and not under /tmp, where devices may not be allowed.
    private readonly TemporaryDirectory _directory = new(AppContext.BaseDirectory);

    private string StorePath => _directory.File("planner.db");

    private StoreAddress Address => StoreAddress.Parse(StorePath);

    public void Dispose()
    {
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _directory.Dispose();
    }

    [Fact]
    public void A_file_that_is_no_store_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(StorePath, string.Concat(Enumerable.Repeat("These are my notes. ", 500)));
        var before = File.ReadAllBytes(StorePath);

        Assert.Equal($"The file {StorePath} is not a store of the planner: name another file with --store.", Refusal());
        Assert.Equal(before, File.ReadAllBytes(StorePath));
    }

    [Fact]
    public void The_database_of_another_program_is_refused_and_left_as_it_is()
    {
        Execute("create table recipes (name text)");
        var before = File.ReadAllBytes(StorePath);

        Assert.Equal($"The file {StorePath} is the database of another program: name another file with --store.", Refusal());
        Assert.Equal(before, File.ReadAllBytes(StorePath));
    }

    [Fact]
    public void A_store_written_by_a_newer_planner_is_refused()
    {
        SqlMeasurementStore.Open(Address).Dispose();
        Execute("insert into schema_version (version) values (99)");

        Assert.Equal($"The store {StorePath} was written by a newer planner (schema 99, this build knows 9): use that planner, or name another file with --store.", Refusal());
    }

    [Theory]
    [InlineData("create table recipes (name text)")]
    [InlineData("create table schema_version (version integer); insert into schema_version (version) values (99)")]
    public async Task What_cannot_be_a_store_of_this_planner_is_wrong_input(string tables)
    {
        Execute(tables);

        var result = await PlannerHere.RunAsync("measure", "sim:fast-nic", "--rounds", "1", "--store", StorePath);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.Single(result.ErrorLines);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_store_that_is_deleted_or_replaced_while_it_is_in_use_is_noticed(bool isReplaced)
    {
        using var store = SqlMeasurementStore.Open(Address);
        store.Append(StoreChild.Batch("before", 0));
        foreach (var file in Directory.GetFiles(_directory.Path))
        {
            File.Delete(file);
        }

        if (isReplaced)
        {
            SqlMeasurementStore.Open(Address).Dispose();
        }

        var failure = Assert.Throws<StoreException>(() => store.Append(StoreChild.Batch("after", 1)));

        Assert.Contains("was deleted or replaced while it was in use", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsWrongAddress);
    }

    [Fact]
    public async Task A_state_folder_that_is_deleted_during_a_measurement_is_told()
    {
        var state = _directory.File("state");
        using var process = PlannerProcess.Start(["measure", "sim:fast-nic", "--rounds", "60"], state);
        var said = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!File.Exists(Path.Combine(state, "planner", "planner.db-wal")))
        {
            Assert.False(process.HasExited);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Directory.Delete(state, recursive: true);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains("was deleted or replaced while it was in use", await said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_this_build_does_not_know_is_told()
    {
        using var store = SqlMeasurementStore.Open(Address);
        store.Append(StoreChild.Batch("w", 0));
        Execute("update arc_sample set arc = 'RUNNING->FLYING'");

        var e = Assert.Throws<StoreException>(() => store.ReadArcs("sim/fast", 1));
        Assert.StartsWith($"The store {StorePath} holds a row that this planner cannot read ('RUNNING->FLYING' is no arc)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_store_is_told()
    {
        using (var store = SqlMeasurementStore.Open(Address))
        {
            store.Append(StoreChild.Batch("w", 0));
        }

        using (var file = File.OpenWrite(StorePath))
        {
            file.Position = 4096;
            file.Write(new byte[(int)file.Length - 4096]);
        }

        var e = Assert.Throws<StoreException>(() =>
        {
            using var store = SqlMeasurementStore.Open(Address);
            store.ReadArcs("sim/fast", 1);
        });
        Assert.Equal($"The store {StorePath} is damaged: move it out of the way to start with an empty one, or put a copy back.", e.Message);
    }

    [Fact]
    public void A_missing_directory_is_named() => Assert.Equal(
        $"The directory {_directory.File("no")} does not exist: make it, or name another file with --store.",
        Refusal(_directory.File("no/planner.db")));

    [Fact]
    public void A_directory_is_no_store() =>
        Assert.Equal($"{_directory.Path} is a directory: name a file with --store.", Refusal(_directory.Path));

    [Fact]
    public void A_store_that_another_program_keeps_locked_is_given_up_after_a_while()
    {
        using var store = SqlMeasurementStore.Open(Address, TimeSpan.FromSeconds(1));
        using (var other = new SqliteConnection($"Data Source={StorePath};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction();

            var e = Assert.Throws<StoreException>(() => store.Append(StoreChild.Batch("w", 0)));
            Assert.Equal($"Another program has kept the store {StorePath} locked for too long: wait for it or end it, then try again.", e.Message);
            Assert.Empty(store.ReadArcs("sim/fast", 1));
            SqlMeasurementStore.Open(Address).Dispose();
        }

        store.Append(StoreChild.Batch("w", 0));
        Assert.Single(store.ReadArcs("sim/fast", 1));
    }

    [Fact]
    public async Task A_full_disk_fails_the_batch_and_keeps_what_was_there()
    {
        using (var store = SqlMeasurementStore.Open(Address))
        {
            store.Append(StoreChild.Batch("w", 0));
        }

        var lines = await RunChildAsync(StoreChild.WriteUntilItFails, await OnAFullDiskAsync());

        Assert.Equal([$"The disk that holds the store {StorePath} is full: free some space, then try again."], lines);
        File.Delete(StorePath + "-wal");
        using var again = SqlMeasurementStore.Open(Address);
        again.Append(StoreChild.Batch("w", 1));
        Assert.Equal(2 * StoreChild.ArcsPerBatch, again.ReadArcs("sim/fast", int.MaxValue).Count);
    }

    [Fact]
    public async Task A_file_size_limit_fails_the_batch_with_a_sentence()
    {
        using (var store = SqlMeasurementStore.Open(Address))
        {
            store.Append(StoreChild.Batch("w", 0));
        }

        // The limit is in units of 1 KiB and hits the log; the signal is ignored so that the write fails instead. The
        // runtime would map a larger file for itself unless it is told to do without.
        var lines = await RunChildAsync(
            StoreChild.WriteUntilItFails,
            "bash",
            "-c",
            "trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 64; exec \"$0\" \"$@\"");

        Assert.StartsWith($"The disk or a file-size limit failed the store {StorePath}", Assert.Single(lines), StringComparison.Ordinal);
        using var again = SqlMeasurementStore.Open(Address);
        Assert.All(again.ReadArcs("sim/fast", int.MaxValue).GroupBy(a => a.Device), g => Assert.Equal(StoreChild.ArcsPerBatch, g.Count()));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserExecute)]
    public async Task A_store_that_may_not_be_written_can_still_be_read(UnixFileMode directoryMode)
    {
        using (var store = SqlMeasurementStore.Open(Address))
        {
            store.Append(StoreChild.Batch("w", 0));
        }

        File.SetUnixFileMode(StorePath, UnixFileMode.UserRead);
        File.SetUnixFileMode(_directory.Path, directoryMode);

        Assert.Equal(
            [
                $"{StoreChild.ArcsPerBatch} arcs, read-only True",
                $"The store {StorePath} is read-only for this user, so nothing new can be kept: make the file and its directory writable, or name another file with --store.",
            ],
            await RunChildAsync(StoreChild.ReadThenWrite, WithoutRootsRights));
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_says_why()
    {
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var line = Assert.Single(await RunChildAsync(StoreChild.ReadThenWrite, WithoutRootsRights));
        Assert.StartsWith($"The store {StorePath} cannot be made (", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_may_not_be_read_says_so()
    {
        SqlMeasurementStore.Open(Address).Dispose();
        File.SetUnixFileMode(StorePath, UnixFileMode.None);

        Assert.Equal(
            [$"The store {StorePath} cannot be opened: check that its directory can be written by this user, or name another file with --store."],
            await RunChildAsync(StoreChild.ReadThenWrite, WithoutRootsRights));
    }

    // Permission bits do not hold root back, unless it gives up the capability to ignore them.
    private static string[] WithoutRootsRights =>
        Environment.UserName == "root" ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];

    // Root makes the log a device that is always full. Others have a name space where they may mount a disk that is
    // too small; what they write there is gone with the child.
    private async Task<string[]> OnAFullDiskAsync()
    {
        if (Environment.UserName != "root")
        {
            return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", $"mount -t tmpfs -o size=256k none {_directory.Path} && exec \"$0\" \"$@\""];
        }

        using var mknod = Process.Start("mknod", [StorePath + "-wal", "c", "1", "7"]);
        await mknod.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, mknod.ExitCode);
        return [];
    }

    private async Task<string[]> RunChildAsync(Func<string[], int> entry, params string[] wrapper)
    {
        using var child = ChildProcess.Start(ChildProcess.Prepare(entry, [StorePath], wrapper));
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, child.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private string Refusal(string? path = null) =>
        Assert.Throws<StoreException>(() => SqlMeasurementStore.Open(StoreAddress.Parse(path ?? StorePath)).Dispose()).Message;

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
