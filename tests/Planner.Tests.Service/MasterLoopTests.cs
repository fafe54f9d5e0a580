using Xunit;

namespace Planner.Tests.Service;

/// <summary>Real migrations of QEMU, played by a loop such as Nova's and KubeVirt's that leaves each step to the planner.</summary>
public sealed class MasterLoopTests
{
    private static readonly string Recordings = Path.Combine(Repository.Root, "tests/fixtures/qemu-migrations");

    [Fact]
    public async Task A_loop_that_asks_stops_the_guest_where_what_is_left_fits_and_gives_up_what_never_fits()
    {
        await using var service = await ServiceHere.StartAsync();
        await PutAsync(service, "patient", "300ms", "10m");
        await PutAsync(service, "hurried", "1ms", "20s");
        var files = Directory.GetFiles(Recordings, "precopy-*.jsonl.gz").Order(StringComparer.Ordinal).ToList();
        Assert.True(files.Count >= 5, $"{files.Count} recordings");

        foreach (var file in files)
        {
            var name = Path.GetFileName(file).Split('.')[0];
            var (end, elapsed, left, asked) = await new MasterLoop(service, $"{name}-patient", "patient").PlayAsync(file);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {end} after {elapsed:F1} s with {left * 1e3:F1} ms left, asked {asked} times");
            Assert.True(end is "stopped" or "under way", $"{name}: {end}");
            Assert.True(left < 0.3, $"{name}: {left} s were left at the stop");

            (end, elapsed, _, _) = await new MasterLoop(service, $"{name}-hurried", "hurried").PlayAsync(file);
            Assert.True(end is "aborted" or "under way", $"{name}: {end} after {elapsed} s");
        }
    }

    private static async Task PutAsync(ServiceHere service, string name, string limit, string within) => (await service.PutAsync($"/v1/policies/{name}", $$"""
        {
          "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "{{name}}" },
          "spec": { "blackout": { "limit": "{{limit}}", "confidence": 0.9 }, "completeWithin": "{{within}}", "whenEvidenceIsInsufficient": "accept" }
        }
        """)).Expect(200);
}
