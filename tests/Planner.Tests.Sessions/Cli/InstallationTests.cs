using System.Diagnostics;
using System.Text.RegularExpressions;
using Planner.Cli;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>What a session needs of its host is there before anything is touched, and stays.</summary>
public sealed partial class InstallationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task An_installation_that_is_removed_in_the_middle_changes_nothing() => Task.WhenAll(
        UpgradeAsync(MigrationSide.Destination, "RESUMING"),
        UpgradeAsync(MigrationSide.Source, "round"),
        UpgradeAsync(MigrationSide.Source, "STOP_COPY"),
        UpgradeAsync(MigrationSide.Destination, "RUNNING_P2P"));

    [Fact]
    public async Task Too_few_open_files_are_refused_before_anything_is_touched_and_as_many_as_are_said_are_enough()
    {
        using var child = await ChildMigration.PrepareAsync(Cancel);
        var needed = Needed(await LimitedAsync(child, 200));

        Assert.True(Needed(await LimitedAsync(child, needed - 1)) >= needed - 1);
        Assert.Equal(DeviceState.Running, child.Pair.State(MigrationSide.Source));

        // How many the runtime has open when it looks differs by a few.
        var result = await LimitedAsync(child, needed + 8);
        Assert.True(result.Status == 0, result.ToString());
        Assert.Equal(DeviceState.Running, child.Pair.State(MigrationSide.Destination));
    }

    [Fact]
    public void All_code_is_loaded_and_its_files_are_counted()
    {
        var count = Readiness.LoadCode();

        Assert.InRange(count, 50, Readiness.CodeFiles);
        Assert.Contains(AppDomain.CurrentDomain.GetAssemblies(), a => a.GetName().Name == "Microsoft.Data.Sqlite");
    }

    private static async Task UpgradeAsync(MigrationSide side, string phase)
    {
        using var child = await ChildMigration.PrepareAsync(Cancel);

        // Beside the original, so that links will do; the journals of other tests must not have any.
        var copy = Path.Combine(AppContext.BaseDirectory, "..", $"upgraded-{Guid.NewGuid():N}");
        Directory.CreateDirectory(copy);
        using (var copying = Process.Start("find", [AppContext.BaseDirectory, "-mindepth", "1", "-maxdepth", "1", "!", "-name", "state", "-exec", "cp", "-al", "-t", copy, "{}", "+"]))
        {
            await copying.WaitForExitAsync(Cancel);
        }

        var result = await child.RunAsync(side, phase, _ => Directory.Delete(copy, recursive: true), Cancel, installation: copy);

        Assert.True(result.Status == 0, $"{phase}: {result}");
        Assert.False(Directory.Exists(copy));
        Assert.Equal(DeviceState.Running, child.Pair.State(MigrationSide.Destination));
    }

    private static Task<PlannerProcess.Result> LimitedAsync(ChildMigration child, int files) =>
        PlannerProcess.EndAsync(child.Start(wrapper: ["prlimit", $"--nofile={files}:{files}"]), cancel: Cancel);

    private static int Needed(PlannerProcess.Result refused)
    {
        Assert.True(refused.Status == 7, refused.ToString());
        return int.Parse(NeededFiles().Match(Assert.Single(refused.ErrorLines)).Groups[1].Value);
    }

    [GeneratedRegex("may need ([0-9]+) open files")]
    private static partial Regex NeededFiles();
}
