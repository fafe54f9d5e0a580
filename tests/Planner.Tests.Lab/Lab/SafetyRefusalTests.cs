using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Migrations that are refused before anything is touched.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyRefusalTests(SafetyLab lab)
{
    private const int Stayed = 3;
    private const int TargetLacks = 7;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("machine type", "-machine")]
    [InlineData("CPU model", "-cpu")]
    [InlineData("memory", "-m")]
    [InlineData("number of vCPUs", "-smp")]
    public async Task A_destination_that_is_another_machine_is_refused(string what, string option)
    {
        var other = option switch
        {
            "-machine" => SafetyLab.Machine with { Machine = "pc-i440fx-9.2" },
            "-cpu" => SafetyLab.Machine with { Cpu = "qemu64" },
            "-m" => SafetyLab.Machine with { MemoryMiB = 192 },
            _ => SafetyLab.Machine with { Processors = 2 },
        };

        var (status, output, error) = await RefusedAsync(other, isDestination: true);

        Assert.True(status == TargetLacks, $"{status}\n{output}\n{error}");
        SafetyRun.AssertSentence(error, $"The {what} differs", $"start the destination with the same {option}");
    }

    [Fact]
    public async Task A_destination_whose_CPU_lacks_what_the_guest_has_found_is_refused_though_its_model_is_the_same()
    {
        var (status, output, error) = await RefusedAsync(SafetyLab.Machine with { Cpu = "max,-avx2,-bmi1" }, isDestination: true);

        Assert.True(status == TargetLacks, $"{status}\n{output}\n{error}");
        SafetyRun.AssertSentence(error, "lack what the guest has on", "CPUID 7.0 EBX bits 3, 5");
    }

    [Theory]
    [InlineData(true, "does not wait for a machine")]
    [InlineData(false, "already runs a guest")]
    public async Task A_destination_that_does_not_wait_for_a_machine_is_refused(bool isStopped, string words)
    {
        var other = SafetyLab.Machine with { Extra = isStopped ? ["-S"] : [] };

        var (status, output, error) = await RefusedAsync(other, isDestination: false);

        Assert.True(status == Stayed, $"{status}\n{output}\n{error}");
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.Contains("-incoming defer", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_paused_is_refused_and_stays_paused()
    {
        await using var run = await SafetyRun.PrepareAsync(lab);
        await run.Source.AskAsync("stop");

        run.Start();

        Assert.True(await run.Planner.EndAsync() == Stayed, run.Planner.ToString());
        Assert.Contains("does not run (paused/", run.Planner.Output, StringComparison.Ordinal);
        Assert.Contains("--paused", run.Planner.Output, StringComparison.Ordinal);
        Assert.False(await run.Source.IsRunningAsync());
        await run.Source.AskAsync("cont");
        await run.AssertOnSourceAsync();
        lab.LeaveFresh();
    }

    [Theory]
    [InlineData("migrate-set-capabilities", """{"capabilities":[{"capability":"multifd","state":true}]}""", "multifd is off", """{"capabilities":[{"capability":"multifd","state":false}]}""")]
    [InlineData("migrate-set-capabilities", """{"capabilities":[{"capability":"postcopy-ram","state":true}]}""", "postcopy-ram is off", """{"capabilities":[{"capability":"postcopy-ram","state":false}]}""")]
    [InlineData("migrate-set-parameters", """{"tls-creds":"tls0"}""", "TLS is off", """{"tls-creds":""}""")]
    public async Task Settings_of_migration_that_differ_are_refused_before_the_start_with_the_command_that_mends_it(string command, string set, string differs, string mended)
    {
        await using var run = await SafetyRun.PrepareAsync(lab);
        await run.Destination.SayAsync($$"""{"execute":"{{command}}","arguments":{{set}}}""");

        var (status, output, error) = await PlannerChild.RunAsync(run.StateHome, run.Arguments());

        Assert.True(status == TargetLacks, $"{status}\n{output}\n{error}");
        var mends = $$"""{"execute":"{{command}}","arguments":{{mended}}}""";
        SafetyRun.AssertSentence(error, differs, mends);
        await run.AssertUntouchedAsync();

        // As it was said, and then nothing is refused.
        await run.Destination.SayAsync(mends);
        run.Start();
        Assert.True(await run.Planner.EndAsync() == 0, run.Planner.ToString());
        await run.AssertOnDestinationAsync();
    }

    [Fact]
    public async Task A_paused_guest_migrates_and_stays_paused_until_somebody_lets_it_run()
    {
        await using var run = await SafetyRun.PrepareAsync(lab);
        await run.Source.AskAsync("stop");

        var (status, output, error) = await PlannerChild.RunAsync(run.StateHome, [.. run.Arguments(), "--paused"]);

        Assert.True(status == 0, $"{status}\n{output}\n{error}");
        Assert.Contains("paused as it was", output, StringComparison.Ordinal);
        Assert.Equal("completed", await run.Source.MigrationAsync());
        Assert.Equal("paused", (await run.Destination.AskAsync("query-status")).GetProperty("status").GetString());
        Assert.Empty(run.Destination.Ran);
        await run.Destination.AskAsync("cont");
        await run.AssertOnDestinationAsync();
    }

    [Fact]
    public async Task A_migration_that_is_to_be_paused_is_given_up_where_somebody_lets_the_guest_run()
    {
        await using var run = await SafetyRun.PrepareAsync(lab);
        run.Pair.Link.Rate = LinkRate.Steady(1);
        await run.Source.AskAsync("stop");
        using var planner = PlannerChild.Start(run.StateHome, [.. run.Arguments(), "--paused"]);
        await run.Source.UntilAsync("MIGRATION", "active", Cancellation);

        await run.Source.AskAsync("cont");

        Assert.True(await planner.EndAsync() == Stayed, planner.ToString());
        Assert.Contains("let the guest run", planner.Output, StringComparison.Ordinal);
        await run.AssertOnSourceAsync();
    }

    [Fact]
    public async Task A_recovery_leaves_a_guest_paused_that_was_migrated_as_paused()
    {
        await using var run = await SafetyRun.PrepareAsync(lab);
        run.Pair.Link.Rate = LinkRate.Steady(1);
        await run.Source.AskAsync("stop");
        using var planner = PlannerChild.Start(run.StateHome, [.. run.Arguments(), "--paused"]);
        await run.Source.UntilAsync("MIGRATION", "active", Cancellation);
        planner.Kill();

        var (status, output, error) = await run.RecoverAsync();

        Assert.True(status == 0, $"{status}\n{output}\n{error}");
        Assert.Contains("paused on the source", output, StringComparison.Ordinal);
        Assert.False(await run.Source.IsRunningAsync());
        Assert.Empty(run.Destination.Ran);
        await run.Source.AskAsync("cont");
        await run.AssertOnSourceAsync();
    }

    [Fact]
    public async Task A_guest_that_runs_is_not_migrated_as_a_paused_one()
    {
        await using var run = await SafetyRun.PrepareAsync(lab);

        var (status, output, error) = await PlannerChild.RunAsync(run.StateHome, [.. run.Arguments(), "--paused"]);

        Assert.True(status == Stayed, $"{status}\n{output}\n{error}");
        Assert.Contains("leave out --paused", output, StringComparison.Ordinal);
        await run.AssertUntouchedAsync();
        lab.LeaveFresh();
    }

    [Fact]
    public async Task Another_migration_under_way_is_left_alone()
    {
        await using var run = await SafetyRun.PrepareAsync(lab);
        run.Pair.Link.Rate = LinkRate.Steady(1);
        await run.Destination.SayAsync($$$"""{"execute":"migrate-incoming","arguments":{"uri":"unix:{{{run.Pair.IncomingPath}}}"}}""");
        await run.Source.SayAsync($$$"""{"execute":"migrate","arguments":{"uri":"unix:{{{run.Pair.LinkPath}}}"}}""");

        run.Start();

        Assert.True(await run.Planner.EndAsync() == Stayed, run.Planner.ToString());
        Assert.Contains("another migration of", run.Planner.Output, StringComparison.Ordinal);
        Assert.Equal("active", await run.Source.MigrationAsync());
        await run.Source.AskAsync("migrate_cancel");
        await run.AssertOneSideAsync();
    }

    [Fact]
    public async Task A_machine_that_cannot_be_migrated_is_refused_with_its_reason()
    {
        // A device that shares memory with other machines, as their guest.
        using var folder = new TemporaryDirectory();
        var blocked = SafetyLab.Machine with
        {
            Extra = ["-S", "-object", $"memory-backend-file,id=shared,size=1M,share=on,mem-path={folder.File("shared")}", "-device", "ivshmem-plain,memdev=shared,master=off"],
        };
        await using var run = await SafetyRun.PrepareAsync(lab);
        using var source = await QemuProcess.StartAsync(folder.File("m"), blocked, destination: false, Cancellation);

        var arguments = run.Arguments().ToList();
        arguments[1] = $"qmp:{source.QmpPath}";
        var (status, output, error) = await PlannerChild.RunAsync(run.StateHome, arguments);

        Assert.True(status == TargetLacks, $"{status}\n{output}\n{error}");
        SafetyRun.AssertSentence(error, "cannot be migrated now", "ivshmem");
        lab.LeaveFresh();
    }

    [Fact]
    public async Task A_promise_that_cannot_be_kept_leaves_the_guest_and_says_what_would_help()
    {
        await using var run = await SafetyRun.PrepareAsync(lab);
        await run.Pair.SourceGuest.CommandAsync("steady 40", Cancellation);

        run.Start(limit: "1ms", within: "8s");

        var status = await run.Planner.EndAsync();
        await run.Pair.SourceGuest.CommandAsync("steady 5", Cancellation);
        Assert.True(status == Stayed, run.Planner.ToString());
        await run.AssertOnSourceAsync();
        Assert.Contains("would commit if limit >=", run.Planner.Output, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Output, string Error)> RefusedAsync(QemuOptions options, bool isDestination)
    {
        using var folder = new TemporaryDirectory();
        await using var run = await SafetyRun.PrepareAsync(lab);
        using var other = await QemuProcess.StartAsync(folder.File("m"), options, isDestination, Cancellation);
        using var watch = await MachineWatch.StartAsync(other.ObserverPath);
        var settings = await watch.SettingsAsync();

        var result = await PlannerChild.RunAsync(run.StateHome, run.Arguments(destination: other.QmpPath));

        Assert.Equal("none", await watch.MigrationAsync());
        Assert.Equal(settings, await watch.SettingsAsync());
        await run.AssertUntouchedAsync();
        lab.LeaveFresh();
        return result;
    }
}
