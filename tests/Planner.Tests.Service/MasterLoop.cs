using System.IO.Compression;
using System.Text.Json;

namespace Planner.Tests.Service;

/// <summary>The loop of another master over a migration that was recorded: as Nova and KubeVirt it looks again and again, and here asks where they would step their limit. It shares no code with the planner.</summary>
/// <remarks>What it does with the answers is what docs/integrations says that both would do; the guest is stopped as QEMU does it, once what is left fits max downtime at the rate that was measured.</remarks>
internal sealed class MasterLoop(ServiceHere service, string machine, string sla)
{
    /// <summary>Plays a recording to its end.</summary>
    /// <returns>What it came to: <c>stopped</c>, <c>aborted</c>, or <c>under way</c> where the recording ends first; when; and what was left then, in seconds of the link.</returns>
    public async Task<(string End, double ElapsedSeconds, double LeftSeconds, int Asked)> PlayAsync(string recording)
    {
        var (asked, pass, downtime) = (0, 0, 0.0);
        foreach (var (elapsed, iteration, remaining, rate) in Polls(recording))
        {
            // Between two iterations the count is what the last sync found.
            if (iteration > pass)
            {
                pass = iteration;
                asked++;
                var answer = (await service.PostAsync(
                    "/v1/switchover-decisions",
                    FormattableString.Invariant($$"""{ "machine": "{{machine}}", "sla": "{{sla}}", "remainingBytes": {{remaining}}, "elapsedSeconds": {{elapsed}}, "iteration": {{iteration}}, "bytesPerSecond": {{rate}} }"""))).Expect(200).Json;
                switch (answer.GetProperty("action").GetString())
                {
                    case "abort":
                        return ("aborted", elapsed, remaining / rate, asked);
                    case "soft":
                        downtime = answer.GetProperty("maxDowntimeSeconds").GetDouble();
                        break;
                    case "nothing":
                        downtime = 0;
                        break;
                }
            }

            if (downtime > 0 && iteration == pass && remaining / rate <= downtime)
            {
                return ("stopped", elapsed, remaining / rate, asked);
            }
        }

        return ("under way", 0, 0, asked);
    }

    private static IEnumerable<(double Elapsed, int Iteration, long Remaining, double Rate)> Polls(string recording)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(recording), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("query-migrate", out var told) && told.TryGetProperty("status", out var status) && status.GetString() == "active" && told.TryGetProperty("ram", out var ram)
                && ram.GetProperty("mbps").GetDouble() is > 0 and var megabits)
            {
                yield return (told.GetProperty("total-time").GetInt64() / 1e3, ram.GetProperty("dirty-sync-count").GetInt32(), ram.GetProperty("remaining").GetInt64(), megabits * 1e6 / 8);
            }
        }
    }
}
