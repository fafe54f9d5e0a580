using System.CommandLine;

namespace Planner.Lab;

/// <summary>Long runs that hold a promise against what happens.</summary>
internal static class SoakCommands
{
    /// <summary>Makes the command <c>soak</c>.</summary>
    public static System.CommandLine.Command Create(TextWriter output, TextWriter error)
    {
        var planner = new Option<string>("--planner") { Description = "The planner's command, as it was built.", Required = true };
        var runs = new Option<int>("--runs") { Description = "How many migrations; from half way beside other work.", DefaultValueFactory = _ => 2000 };
        var rehearsals = new Option<int>("--rehearsals") { Description = "How many switchovers are rehearsed before.", DefaultValueFactory = _ => 300 };
        var confidence = new Option<double>("--confidence") { Description = "The share that must keep the bound.", DefaultValueFactory = _ => 0.99 };
        var limit = new Option<double>("--limit") { Description = "The blackout limit in milliseconds.", DefaultValueFactory = _ => 300 };
        var busy = new Option<int>("--busy") { Description = "How many processes are busy in the second half.", DefaultValueFactory = _ => 1 };
        var folder = new Option<string>("--out") { Description = "Where results and evidence are kept.", DefaultValueFactory = _ => "soak-promise" };
        var promise = new System.CommandLine.Command("promise", "Migrate a simulated device there and back, a process each, and count what exceeds bound and limit.")
            { planner, runs, rehearsals, confidence, limit, busy, folder };
        promise.SetAction((parsed, cancel) => LabCommandLine.GuardedAsync(error, async () =>
        {
            var study = new PromiseStudy(
                new PromiseOptions
                {
                    Planner = parsed.GetValue(planner)!,
                    Runs = parsed.GetValue(runs),
                    Rehearsals = parsed.GetValue(rehearsals),
                    Confidence = parsed.GetValue(confidence),
                    Limit = TimeSpan.FromMilliseconds(parsed.GetValue(limit)),
                    Busy = parsed.GetValue(busy),
                    Folder = parsed.GetValue(folder)!,
                },
                output);
            await output.WriteLineAsync(PromiseTable.Of(await study.RunAsync(cancel)));
        }));
        return new System.CommandLine.Command("soak", "Hold a promise against what happens, for long.") { promise };
    }
}
