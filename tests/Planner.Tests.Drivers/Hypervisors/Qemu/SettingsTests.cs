using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Hypervisors.Qemu;

public sealed class SettingsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_read_is_put_back_and_only_what_differs_is_switched()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        var settings = await machine.ReadSettingsAsync(Cancellation);
        Assert.DoesNotContain('\n', settings);
        qemu.Answers["query-migrate-capabilities"] = () => ScriptedQemu.Capabilities("events", "return-path", "auto-converge", "multifd");
        qemu.Commands.Clear();
        await machine.RestoreAsync(settings, Cancellation);

        Assert.Equal(
            [
                """{"execute":"migrate-set-parameters","arguments":{"downtime-limit":300,"avail-switchover-bandwidth":0,"cpu-throttle-initial":20,"cpu-throttle-increment":10,"cpu-throttle-tailslow":true,"max-cpu-throttle":99,"throttle-trigger-threshold":50}}""",
                """{"execute":"query-migrate-capabilities"}""",
                """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"auto-converge","state":false},{"capability":"events","state":false},{"capability":"return-path","state":false}]}}""",
            ],
            qemu.Commands.Where(c => !c.Contains("query-status", StringComparison.Ordinal) && !c.Contains("\"query-migrate\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nothing_is_put_back_while_a_migration_is_under_way()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        var settings = await machine.ReadSettingsAsync(Cancellation);
        var asked = 0;
        qemu.Answers["query-migrate"] = () => asked++ < 2 ? """{"status": "cancelling"}""" : """{"status": "cancelled"}""";
        qemu.Answers["migrate-set-parameters"] = () => asked > 2 ? "{}" : "!too early";

        await machine.RestoreAsync(settings, Cancellation);
        Assert.Contains(qemu.Commands, c => c.Contains("migrate-set-parameters", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_destination_that_has_ended_has_nothing_to_put_back_and_a_source_that_has_is_told()
    {
        foreach (var side in (MigrationSide[])[MigrationSide.Destination, MigrationSide.Source])
        {
            await using var qemu = new ScriptedQemu();
            await using var machine = await qemu.OpenAsync();
            var settings = await machine.ReadSettingsAsync(Cancellation);
            await machine.PrepareAsync(side, mayThrottle: true, Cancellation);
            qemu.Close();
            await qemu.UntilAsync<MonitorLost>();
            var restored = machine.RestoreAsync(settings, Cancellation);
            if (side == MigrationSide.Destination)
            {
                await restored;
            }
            else
            {
                await MachineTests.FailsAsync(restored, HypervisorFault.Lost);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Capabilities": null, "Parameters": {}}""")]
    [InlineData("settings")]
    public async Task What_is_no_such_text_changes_nothing(string text)
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();

        await MachineTests.FailsAsync(machine.RestoreAsync(text, Cancellation), HypervisorFault.Refused);
        Assert.Empty(qemu.Commands);
    }
}
