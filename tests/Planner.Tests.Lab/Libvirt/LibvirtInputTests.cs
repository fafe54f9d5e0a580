using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>What is wrong with an address, a host or a domain is said in one sentence, with the right exit status, and nothing is touched.</summary>
[Collection(LibvirtCollection.Name)]
[Trait("lab", "libvirt")]
public sealed class LibvirtInputTests(LibvirtLab lab)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wrong_input_is_refused_in_one_sentence()
    {
        await using var run = await LibvirtRun.PrepareAsync(lab, "ws_32,steady_5");
        var host = $"libvirt:{run.Pair.A.Uri}";
        (int Status, string Words, string[] Arguments)[] cases =
        [
            (2, "there is no such machine", ["probe", $"{host}#nobody"]),
            (2, "no domain is named", ["probe", host]),
            (2, "no libvirt daemon answers", ["probe", "libvirt:qemu+unix:///system?socket=/nowhere#lab"]),
            (2, "has no URI of a libvirt daemon", ["probe", "libvirt:http://host#lab"]),
            (2, "names no domain after '#'", ["probe", $"{host}#"]),
            (2, "there is no such machine", ["steer", $"{host}#nobody", "--sla", "gold"]),
            (2, "there is no such machine", ["watch", $"{host}#nobody", "--sla", "gold"]),
            (2, "named twice", ["migrate", run.Source, host, "--sla", "gold"]),
            (2, "are on one host", ["migrate", run.Source, $"libvirt:{run.Pair.A.Uri}&mode=direct", "--sla", "gold"]),
            (2, "has no URI of a libvirt daemon", ["migrate", run.Source, run.Destination, "--sla", "gold", "--channel", "tcp:10.99.0.2:1"]),
            (2, "are reached in two ways", ["migrate", run.Source, "qmp:/nowhere", "--sla", "gold"]),
            (7, "knows no 'vault'; write --tls-creds libvirt", ["migrate", run.Source, run.Destination, "--sla", "gold", "--tls-creds", "vault"]),
            (2, "name the way back, too, with --channel-back", ["measure", run.Source, "--to", run.Destination, "--channel", run.Pair.B.PeerUri]),
            (7, "--paused is not offered", ["migrate", run.Source, run.Destination, "--sla", "gold", "--paused"]),
        ];
        foreach (var (expected, words, arguments) in cases)
        {
            var (status, _, error) = await run.RunAsync(arguments);

            Assert.True(expected == status, $"{string.Join(' ', arguments)}: {status}, {error}");
            SafetyRun.AssertSentence(error, words);
        }

        var (lacks, _, sentence) = await run.RunWithoutLibraryAsync("probe", run.Source);
        Assert.Equal(7, lacks);
        SafetyRun.AssertSentence(sentence, "libvirt's library", "libvirt0");
        Assert.Equal("a", await run.WhereAsync());
    }

    [Fact]
    public async Task A_guest_that_does_not_run_is_not_migrated()
    {
        await using var run = await LibvirtRun.PrepareAsync(lab, "ws_32,steady_5");
        await run.Pair.A.VirshAsync(["suspend", LibvirtPair.Domain], Cancellation);

        var (status, output, _) = await run.RunAsync("migrate", run.Source, run.Destination, "--sla", "gold", "--channel", run.Pair.B.PeerUri);

        Assert.Equal(3, status);
        Assert.Contains("does not run (paused (user))", output, StringComparison.Ordinal);
        await run.Pair.A.VirshAsync(["resume", LibvirtPair.Domain], Cancellation);
        Assert.Equal("a", await run.WhereAsync());
    }
}
