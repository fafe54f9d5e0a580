using System.Text.Json;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>libvirt 9.0 with QEMU 7.2 as Debian 12 has them: no byte threshold, so max downtime and the rate that QEMU measured alone hold and permit.</summary>
/// <remarks>The lab's guest dies now and then under that QEMU without KVM, so the machine has no operating system here.</remarks>
[Collection(LibvirtCollection.Name)]
[Trait("lab", "libvirt")]
public sealed class OldLibvirtTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_is_held_while_nothing_fits_given_back_by_recover_and_migrated_within_its_limit()
    {
        using var folder = new TemporaryDirectory();
        await using var pair = await LibvirtPair.StartAsync(linkMiBPerSecond: 20, isOld: true, cancel: Cancellation);
        await pair.BootBareAsync(pair.A, Cancellation);

        // 512 KiB take 25 ms.
        using var held = Migrate(folder, pair, "20ms");
        await held.UntilSaidAsync("gate 1: ", Cancellation);
        held.Signal(PlannerChild.Interrupt);
        Assert.True(await held.EndAsync() == 3, $"{held}");
        Assert.Equal(("running", null), await WhereAsync(pair));
        Assert.Equal("300", (await pair.A.VirshAsync(["migrate-getmaxdowntime", LibvirtPair.Domain], Cancellation)).Trim());

        using var killed = Migrate(folder, pair, "20ms");
        await killed.UntilSaidAsync("gate 1: ", Cancellation);
        killed.Kill();
        var (status, said, error) = await PlannerChild.RunAsync(folder.Path, ["recover"], Wrapper(pair));
        Assert.True(status == 0, $"{said}{error}");
        Assert.Equal(("running", null), await WhereAsync(pair));

        using var done = Migrate(folder, pair, "500ms", "--output", "json");
        Assert.True(await done.EndAsync() == 0, $"{done}");
        using var json = JsonDocument.Parse(done.Output);
        Assert.StartsWith("blackouts of class libvirt/9.0/qemu/7.2", json.RootElement.GetProperty("decision").GetProperty("evidence").GetProperty("of").GetString(), StringComparison.Ordinal);
        Assert.InRange(json.RootElement.GetProperty("blackoutSeconds").GetDouble(), 0.005, 0.5);
        Assert.Equal((null, "running"), await WhereAsync(pair));
    }

    private static PlannerChild Migrate(TemporaryDirectory folder, LibvirtPair pair, string limit, params string[] more)
    {
        var policy = folder.File("policy.yaml");
        File.WriteAllText(policy, SafetyRun.Policy(limit));
        return PlannerChild.Start(
            folder.Path,
            ["migrate", $"libvirt:{pair.A.Uri}#{LibvirtPair.Domain}", $"libvirt:{pair.B.Uri}", "--channel", pair.B.PeerUri, "--sla", "lab", "--policy", policy, .. more],
            Wrapper(pair));
    }

    private static string[] Wrapper(LibvirtPair pair) => ["env", $"LD_LIBRARY_PATH={pair.Libraries}"];

    private static async Task<(string? A, string? B)> WhereAsync(LibvirtPair pair) =>
        (await pair.A.StateAsync(LibvirtPair.Domain, Cancellation), await pair.B.StateAsync(LibvirtPair.Domain, Cancellation));
}
