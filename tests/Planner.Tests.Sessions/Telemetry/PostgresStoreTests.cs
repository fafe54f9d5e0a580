using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Cli;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Telemetry;

/// <summary>What is PostgreSQL's own: who may do what, a server that goes away, and steps of the schema.</summary>
public sealed class PostgresStoreTests : IDisposable
{
    private static readonly PostgresServer Server = PostgresServer.Shared;
    private static int s_roles;

    private readonly PostgresPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_database_of_another_program_is_refused_and_left_as_it_is()
    {
        _place.Query("create table recipes (name text)");

        var refused = Assert.Throws<StoreException>(() => _place.Open());
        Assert.Equal($"The database {_place.Text} is the database of another program: name another database with --store.", refused.Message);
        Assert.True(refused.IsWrongAddress);
        Assert.Equal(["recipes"], _place.Query(PostgresStatements.ReadTables));
    }

    [Fact]
    public void A_store_written_by_a_newer_planner_is_refused()
    {
        _place.Open().Dispose();
        _place.Query("insert into schema_version (version) values (99)");

        Assert.StartsWith($"The store {_place.Text} was written by a newer planner (schema 99, this build knows ", Assert.Throws<StoreException>(() => _place.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_of_the_first_schema_is_brought_up_to_date_and_loses_nothing()
    {
        using (var store = _place.Open())
        {
            store.Append(StoreChild.Batch("w", 0));
        }

        _place.Query("drop table shard; delete from schema_version where version = 2");
        using var again = _place.Open();

        Assert.Equal(StoreChild.ArcsPerBatch, again.ReadArcs("sim/fast", int.MaxValue).Count);
        Assert.Equal(["1", "2"], _place.Query("select version from schema_version order by 1"));
        Assert.Equal([$"{ShardLeases.Count}"], _place.Query("select count(*) from shard"));
    }

    [Fact]
    public void A_user_who_may_only_read_reads_and_cannot_write()
    {
        using (var store = _place.Open())
        {
            store.Append(StoreChild.Batch("w", 0));
        }

        var reader = MakeRole("grant select on all tables in schema public to {0}");
        using var only = SqlMeasurementStore.Open(StoreAddress.Parse(reader));

        Assert.True(only.IsReadOnly);
        Assert.Equal(StoreChild.ArcsPerBatch, only.ReadArcs("sim/fast", int.MaxValue).Count);
        var refused = Assert.Throws<StoreException>(() => only.Append(StoreChild.Batch("w", 1)));
        Assert.Equal(
            $"The store {StoreAddress.Parse(reader)} is read-only for this user, so nothing new can be kept: grant the user what is missing, or name another database with --store.", refused.Message);
    }

    [Fact]
    public void A_server_that_may_only_be_read_is_read()
    {
        using (var store = _place.Open())
        {
            store.Append(StoreChild.Batch("w", 0));
        }

        _place.Query($"alter database {_place.Database} set default_transaction_read_only = on");
        using var only = _place.Open();

        Assert.True(only.IsReadOnly);
        Assert.Equal(StoreChild.ArcsPerBatch, only.ReadArcs("sim/fast", int.MaxValue).Count);
    }

    [Fact]
    public void A_user_who_may_not_make_tables_is_told_what_is_missing()
    {
        var refused = Assert.Throws<StoreException>(() => SqlMeasurementStore.Open(StoreAddress.Parse(MakeRole("grant connect on database " + _place.Database + " to {0}"))));

        Assert.Contains("This user may not do that in the store", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_wrong_input_and_is_not_repeated()
    {
        var address = MakeRole("grant connect on database " + _place.Database + " to {0}").Replace(":secret@", ":guessed@", StringComparison.Ordinal);

        var result = await PlannerHere.RunAsync("attempts", "--store", address, "--verbose");

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.StartsWith($"planner: The store {StoreAddress.Parse(address)} refuses this user or its password", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_is_asked_for_and_not_there_is_wrong_input()
    {
        var address = MakeRole("grant connect on database " + _place.Database + " to {0}").Replace(":secret@", "@", StringComparison.Ordinal);

        var result = await PlannerHere.RunAsync("attempts", "--store", address);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.StartsWith($"planner: The store {address} asks for a password, and there is none: write it into ~/.pgpass or the file that PGPASSFILE names", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_may_stand_in_the_file_that_PGPASSFILE_names()
    {
        var address = MakeRole("grant all on schema public to {0}").Replace(":secret@", "@", StringComparison.Ordinal);
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder.File("pgpass"), "*:*:*:*:secret\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(folder.File("pgpass"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var result = await PlannerProcess.RunAsync(["attempts", "--store", address], wrapper: ["env", $"PGPASSFILE={folder.File("pgpass")}"], cancel: TestContext.Current.CancellationToken);

        Assert.Equal((0, $"There is no such attempt in the store {address}.\n"), (result.Status, result.Output));
    }

    [Theory]
    [InlineData("attempts", "extra")]
    [InlineData("serve")]
    public async Task A_password_in_an_address_that_stands_in_the_wrong_place_is_not_repeated(params string[] verb)
    {
        var result = await PlannerHere.RunAsync([.. verb, "postgres://user:secret@host/db"]);

        Assert.Equal(2, result.Status);
        Assert.DoesNotContain("secret", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_wrong_input()
    {
        var address = Server.Address("nowhere");

        var result = await PlannerHere.RunAsync("attempts", "--store", address);

        Assert.Equal((2, $"planner: There is no database for the store {address}: make it with createdb, or name another one with --store.\n"), (result.Status, result.Error));
    }

    [Fact]
    public async Task A_server_that_is_away_is_told()
    {
        using var folder = new TemporaryDirectory();

        var result = await PlannerHere.RunAsync("attempts", "--store", $"postgres://user:secret@/db?host={folder.Path}");

        Assert.Equal(1, result.Status);
        Assert.StartsWith($"planner: The server of the store postgres://user@/db?host={folder.Path} does not answer (", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_measurement_is_kept_and_read_by_the_command()
    {
        var measured = await PlannerHere.RunAsync("measure", "sim:fast-nic", "--rounds", "2", "--store", _place.Text);

        Assert.Equal(0, measured.Status);
        Assert.NotEqual(["0"], _place.Query("select count(*) from arc_sample"));
    }

    [Fact]
    public void A_server_that_crashed_and_came_back_is_used_again_and_has_all_that_was_kept()
    {
        using var server = new PostgresServer();
        using var store = new PostgresPlace(server).Open();
        store.Append(StoreChild.Batch("before", 0));
        server.Crash();

        Assert.Contains("does not answer", Assert.Throws<StoreException>(() => store.Append(StoreChild.Batch("away", 1))).Message, StringComparison.Ordinal);
        server.Start();
        store.Append(StoreChild.Batch("after", 2));

        Assert.Equal(["before/0", "after/2"], store.ReadArcs("sim/fast", int.MaxValue).Select(a => a.Device).Distinct());
    }

    [Fact]
    public void A_connection_that_the_server_ended_while_nobody_used_it_is_not_noticed()
    {
        using var store = _place.Open();
        store.Append(StoreChild.Batch("w", 0));
        EndSessions();

        store.Append(StoreChild.Batch("w", 1));
        EndSessions();

        Assert.Equal(2 * StoreChild.ArcsPerBatch, store.ReadArcs("sim/fast", int.MaxValue).Count);
    }

    [Fact]
    public void A_session_that_the_server_ends_in_the_middle_of_a_change_keeps_nothing_of_it()
    {
        using var store = _place.Open();
        var records = new ServiceStore(store);

        var failed = Assert.Throws<StoreException>(() => records.Change(change =>
        {
            change.Put("node", "h1", "{}", new Dictionary<string, string>(), DateTimeOffset.UnixEpoch);
            EndSessions();
            change.Put("node", "h2", "{}", new Dictionary<string, string>(), DateTimeOffset.UnixEpoch);
        }));

        Assert.Contains("does not answer", failed.Message, StringComparison.Ordinal);
        Assert.Empty(records.List("node", "", 10));
    }

    [Fact]
    public async Task Whoever_listens_sees_changes_in_the_order_of_their_numbers()
    {
        using var one = _place.Open();
        using var other = _place.Open();
        using var began = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var first = Task.Run(() => new ServiceStore(one).Change(change =>
        {
            change.Append(Event("first"));
            began.Release();
            goOn.Wait();
        }), TestContext.Current.CancellationToken);
        await began.WaitAsync(TestContext.Current.CancellationToken);
        var second = Task.Run(() => new ServiceStore(other).Change(change => change.Append(Event("second"))), TestContext.Current.CancellationToken);

        // The second waits for the first one's end.
        while (_place.Query("select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())").Count == 0)
        {
            Assert.Empty(new ServiceStore(other).ReadEvents(0, null, 10));
        }

        goOn.Release();
        await Task.WhenAll(first, second);
        Assert.Equal(["first", "second"], new ServiceStore(one).ReadEvents(0, null, 10).Select(e => e.Kind));

        static StoredEvent Event(string kind) => new(0, DateTimeOffset.UnixEpoch, kind, null, null, "{}");
    }

    private void EndSessions() => _place.Query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'planner' and datname = current_database()");

    /// <summary>Makes a user with a password.</summary>
    /// <returns>The address of the store for that user.</returns>
    private string MakeRole(string grant)
    {
        var role = $"role{Interlocked.Increment(ref s_roles)}";
        _place.Query($"create role {role} login password 'secret'");
        _place.Query(string.Format(System.Globalization.CultureInfo.InvariantCulture, grant, role));
        return Server.Address(_place.Database, $"{role}:secret");
    }
}
