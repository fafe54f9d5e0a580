using System.Text.Json;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Memory that goes under TLS and over several connections: set up by the command or taken as found, kept apart in the evidence, and refused by name where it cannot be.</summary>
[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class TransportTests
{
    private static readonly QemuOptions Machine = new() { MemoryMiB = 256, Load = "ws_32,steady_10" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_TLS_and_over_channels_a_machine_migrates_within_its_limit_on_evidence_of_its_own_and_settings_are_put_back()
    {
        using var folder = new TemporaryDirectory();
        using var certificates = new LabCertificates(folder.Path);
        var good = certificates.Make("good");
        await using var pair = await QemuPair.StartAsync(new PairOptions { Source = Machine }, Cancellation);
        foreach (var (channels, earlier) in new[] { (4, 0), (4, 1), (8, 0) })
        {
            using var source = await MachineWatch.StartAsync(pair.Source.ObserverPath);
            using var destination = await MachineWatch.StartAsync(pair.Destination.ObserverPath);
            await AddAsync(source, "there", good, "client");
            await AddAsync(destination, "there", good, "server");
            await SayAsync(source, "migrate-set-parameters", """{"tls-hostname":"localhost"}""");
            var before = (await source.SettingsAsync(), await destination.SettingsAsync());

            var (status, output, error) = await MigrateAsync(folder, pair, "--tls-creds", "there", "--channels", $"{channels}");

            Assert.True(status == 0, error);
            var memory = (await source.AskAsync("query-migrate")).GetProperty("ram");
            Assert.True(memory.GetProperty("multifd-bytes").GetInt64() > 32 << 20, memory.ToString());
            Assert.Equal(before, (await source.SettingsAsync(), await destination.SettingsAsync()));
            var decision = JsonDocument.Parse(output).RootElement.GetProperty("decision");
            Assert.Contains($"/tls/multifd-{channels} ", decision.GetProperty("evidence").GetProperty("of").GetString(), StringComparison.Ordinal);

            // What the stop phase of another number of channels has shown is not taken for this one's: so long as none was seen, its parts are guesses.
            Assert.Equal(Math.Max(1, earlier), decision.GetProperty("terms").EnumerateArray().Single(t => t.GetProperty("term").GetString() == "transfer fixed").GetProperty("samples").GetInt32());
            Assert.Equal(earlier > 0, await IsScoredAsync(folder, output));
            await RemoveAsync(source, destination, "there");
            await pair.NewDestinationAsync(Cancellation);
        }
    }

    [Fact]
    public async Task Credentials_that_are_missing_or_for_the_other_end_expired_or_of_another_host_leave_the_machine_where_it_is_and_are_named()
    {
        using var folder = new TemporaryDirectory();
        using var certificates = new LabCertificates(folder.Path);
        using var others = new LabCertificates(folder.File("others"));
        var good = certificates.Make("good");
        await using var pair = await QemuPair.StartAsync(new PairOptions { Source = Machine }, Cancellation);
        using var source = await MachineWatch.StartAsync(pair.Source.ObserverPath);
        await SayAsync(source, "migrate-set-parameters", """{"tls-hostname":"localhost"}""");
        var settings = await source.SettingsAsync();

        await RefusedAsync(7, "has no TLS credentials named 'there'", null, null);
        await RefusedAsync(5, "made with endpoint=server, and the source needs endpoint=client", (good, "server"), (good, "server"));
        await RefusedAsync(5, "made with endpoint=client, and the destination needs endpoint=server", (good, "client"), (good, "client"));
        await RefusedAsync(5, "a certificate has expired", (good, "client"), (certificates.Make("expired", hasExpired: true), "server"));
        await RefusedAsync(5, "the destination has refused the source's certificate", (certificates.Make("client expired", hasExpired: true), "client"), (good, "server"));
        await RefusedAsync(5, "certificate is of another host", (good, "client"), (certificates.Make("other", "elsewhere"), "server"));
        await RefusedAsync(5, "trust different authorities", (others.Make("foreign"), "client"), (good, "server"));

        // Switched on by somebody on the source alone.
        await pair.ReplaceDestinationAsync(Cancellation);
        await AddAsync(source, "own", good, "client");
        await SayAsync(source, "migrate-set-parameters", """{"tls-creds":"own"}""");
        var (status, _, error) = await MigrateAsync(folder, pair);
        Assert.True(status == 7, $"{status}: {error}");
        Assert.Contains("TLS is on on", error, StringComparison.Ordinal);

        async Task RefusedAsync(int expected, string words, (string Folder, string End)? ofSource, (string Folder, string End)? ofDestination)
        {
            await pair.ReplaceDestinationAsync(Cancellation);
            using var destination = await MachineWatch.StartAsync(pair.Destination.ObserverPath);
            if (ofSource is { } from && ofDestination is { } to)
            {
                await AddAsync(source, "there", from.Folder, from.End);
                await AddAsync(destination, "there", to.Folder, to.End);
            }

            var (status, _, error) = await MigrateAsync(folder, pair, "--tls-creds", "there");

            Assert.True(status == expected, $"{status}: {error}");
            Assert.Contains(words, error, StringComparison.Ordinal);
            SafetyRun.AssertSentence(error[error.IndexOf("planner: ", StringComparison.Ordinal)..]);
            Assert.True(await source.IsRunningAsync());
            Assert.Equal(settings, await source.SettingsAsync());
            if (ofSource is not null)
            {
                await SayAsync(source, "object-del", """{"id":"there"}""");
            }
        }
    }

    [Theory]
    [InlineData("--channels", "0", "a migration has 1 to 255 channels, not 0")]
    [InlineData("--channels", "256", "a migration has 1 to 255 channels, not 256")]
    [InlineData("--tls-creds", "a/b", "'a/b' is no name of credentials")]
    public async Task What_cannot_be_is_refused_before_anything_is_opened(string option, string value, string words)
    {
        using var folder = new TemporaryDirectory();

        var (status, _, error) = await PlannerChild.RunAsync(folder.Path, ["migrate", "qmp:/nowhere/a", "qmp:/nowhere/b", "--sla", "gold", option, value]);

        Assert.Equal(2, status);
        Assert.Equal($"planner: {words}.\n", error);
    }

    private static Task<JsonElement> AddAsync(MachineWatch machine, string id, string folder, string end) =>
        SayAsync(machine, "object-add", $$"""{"qom-type":"tls-creds-x509","id":"{{id}}","dir":"{{folder}}","endpoint":"{{end}}","sanity-check":false}""");

    private static Task<JsonElement> SayAsync(MachineWatch machine, string command, string arguments) => machine.SayAsync($$"""{"execute":"{{command}}","arguments":{{arguments}}}""");

    private static async Task RemoveAsync(MachineWatch source, MachineWatch destination, string id)
    {
        await SayAsync(source, "object-del", $$"""{"id":"{{id}}"}""");
        await SayAsync(destination, "object-del", $$"""{"id":"{{id}}"}""");
    }

    private static async Task<bool> IsScoredAsync(TemporaryDirectory folder, string output)
    {
        var id = JsonDocument.Parse(output).RootElement.GetProperty("attemptId").GetString()!;
        var attempt = await PlannerChild.RunAsync(folder.Path, ["attempts", id, "--output", "json"]);
        return JsonDocument.Parse(attempt.Output).RootElement.GetProperty("scores").GetArrayLength() > 0;
    }

    private static async Task<(int Status, string Output, string Error)> MigrateAsync(TemporaryDirectory folder, QemuPair pair, params string[] more)
    {
        var policy = folder.File("policy.yaml");
        await File.WriteAllTextAsync(policy, SafetyRun.Policy(within: "30s"), Cancellation);
        return await PlannerChild.RunAsync(folder.Path,
        [
            "migrate", $"qmp:{pair.Source.QmpPath}", $"qmp:{pair.Destination.QmpPath}", "--sla", "lab", "--policy", policy, "--output", "json",
            "--channel", $"unix:{pair.LinkPath}", "--listen", $"unix:{pair.IncomingPath}", .. more,
        ]);
    }
}
