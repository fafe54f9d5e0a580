using Planner.Engine;
using Planner.Measurements;
using Planner.Sessions;
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
    public async Task Where_a_migration_stays_in_cancelling_the_parameters_are_put_back_and_the_rest_is_said()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        var settings = await machine.ReadSettingsAsync(Cancellation);
        qemu.Answers["query-migrate"] = () => """{"status": "cancelling"}""";

        var e = await Assert.ThrowsAsync<HypervisorException>(() => machine.RestoreAsync(settings, Cancellation));
        Assert.Contains("'cancelling'", e.Message, StringComparison.Ordinal);
        Assert.Contains(qemu.Commands, c => c.Contains("migrate-set-parameters", StringComparison.Ordinal));
        Assert.DoesNotContain(qemu.Commands, c => c.Contains("migrate-set-capabilities", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("multifd", "multifd is on and off", """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"multifd","state":true}]}}""")]
    [InlineData("postcopy-ram", "postcopy-ram is on and off", """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"postcopy-ram","state":true}]}}""")]
    [InlineData("xbzrle", "xbzrle is on and off", """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"xbzrle","state":true}]}}""")]
    public async Task A_capability_that_only_one_side_has_on_is_refused_with_the_command_that_mends_it(string capability, string differs, string mends)
    {
        var message = await RefusalAsync(ScriptedQemu.Capabilities(capability), "", ScriptedQemu.Capabilities(), "");

        Assert.Contains(differs, message, StringComparison.Ordinal);
        Assert.Contains(mends, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"multifd-channels\": 4", "\"multifd-channels\": 2", "multifd is on with 4 channels and on with 2 channels", "\"arguments\":{\"multifd-channels\":4}")]
    [InlineData("\"multifd-compression\": \"zstd\"", "\"multifd-compression\": \"none\"", "multifd is on and compression zstd and on and compression none", "\"arguments\":{\"multifd-compression\":\"zstd\"}")]
    [InlineData("\"tls-creds\": \"tls0\"", "\"tls-creds\": \"\"", "TLS is on and off", "\"arguments\":{\"tls-creds\":\"tls0\"}")]
    [InlineData("\"tls-creds\": \"\"", "\"tls-creds\": \"tls0\"", "TLS is off and on", "\"arguments\":{\"tls-creds\":\"\"}")]
    public async Task A_parameter_that_differs_is_refused_with_the_command_that_mends_it(string here, string there, string differs, string mends)
    {
        var message = await RefusalAsync(ScriptedQemu.Capabilities("multifd"), here, ScriptedQemu.Capabilities("multifd"), there);

        Assert.Contains(differs, message, StringComparison.Ordinal);
        Assert.Contains(mends, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_credentials_and_what_only_the_source_looks_at_may_differ()
    {
        await using var from = Scripted(ScriptedQemu.Capabilities("auto-converge"), "\"tls-creds\": \"a\", \"multifd-channels\": 4");
        await using var to = Scripted(ScriptedQemu.Capabilities(), "\"tls-creds\": \"b\", \"multifd-channels\": 2");
        await using var source = await from.OpenAsync();
        await using var destination = await to.OpenAsync();

        HypervisorMatch.Check(source, destination);
    }

    [Fact]
    public async Task What_the_other_side_does_not_know_is_to_be_switched_off()
    {
        var message = await RefusalAsync(ScriptedQemu.Capabilities("multifd"), "", """[{"capability": "events", "state": false}, {"capability": "return-path", "state": false}]""", "");

        Assert.Contains("(switch it off, since", message, StringComparison.Ordinal);
        Assert.Contains("does not know it", message, StringComparison.Ordinal);
    }

    /// <summary>What is refused of two QEMUs, without their addresses.</summary>
    private static async Task<string> RefusalAsync(string capabilitiesHere, string parametersHere, string capabilitiesThere, string parametersThere)
    {
        await using var from = Scripted(capabilitiesHere, parametersHere);
        await using var to = Scripted(capabilitiesThere, parametersThere);
        await using var source = await from.OpenAsync();
        await using var destination = await to.OpenAsync();
        var e = Assert.Throws<PlanRefusedException>(() => HypervisorMatch.Check(source, destination));
        return e.Message.Replace($" on {source.Address}", "", StringComparison.Ordinal).Replace($" on {destination.Address}", "", StringComparison.Ordinal);
    }

    private static ScriptedQemu Scripted(string capabilities, string parameters)
    {
        var qemu = new ScriptedQemu();
        qemu.Answers["query-migrate-capabilities"] = () => capabilities;
        qemu.Answers["query-migrate-parameters"] = () => $$"""{"downtime-limit": 300, "avail-switchover-bandwidth": 0{{(parameters.Length > 0 ? ", " : "")}}{{parameters}}}""";
        return qemu;
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
