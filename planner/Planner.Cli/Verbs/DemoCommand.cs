using System.CommandLine;
using System.Text.Json;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Storage;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner demo</c>: the main job on built-in devices behind real vfio-user sockets, in three stories.</summary>
internal static partial class DemoCommand
{
    public static Command Create(CommonOptions common)
    {
        var seed = Choices.Seed("Another seed tells another story.");
        var profile = new Option<string?>("--profile") { Description = $"Another device profile (YAML), or a built-in one: {string.Join(", ", BuiltInProfiles.Names)}.", HelpName = "FILE" };
        profile.CompletionSources.Add([.. BuiltInProfiles.Names]);
        var command = new Command("demo", "Show the main job in three stories: measure, estimate, decide, act.") { seed, profile };
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed), parsed.GetValue(seed), parsed.GetValue(profile)));
        AddServe(command, common, seed, profile);
        return command;
    }

    /// <summary>Lets it be watched in a browser, where the service is a part of this program.</summary>
    static partial void AddServe(Command command, CommonOptions common, Option<ulong> seed, Option<string?> profile);

    private static DeviceProfile Profile(string? file, CancellationToken stop) => file is null ? BuiltInProfiles.FastNic : Interruptible.Run(() => DeviceCommand.ReadProfile(file), stop);

    private static async Task<int> RunAsync(CommandContext context, ulong seed, string? profileFile)
    {
        using var stop = new StopSignal();
        var profile = Profile(profileFile, stop.Token);
        var policy = context.FindPolicy("gold", stop.Token);
        var snapshots = Path.Combine(StateDirectory.Locate(), "demo");
        StateDirectory.Create(snapshots);
        var folder = Directory.CreateTempSubdirectory("planner-demo-");
        try
        {
            using var store = SqlMeasurementStore.Open(StoreAddress.Parse(Path.Combine(folder.FullName, "demo.db")));
            var reports = new List<DemoStoryReport>();
            var stories = new DemoStories(profile, seed, policy, store, folder.FullName, snapshots)
            {
                OnRehearsal = (done, all) => ShowRehearsal(context, done, all),
            };
            await Readiness.ForDevicesAsync();
            await foreach (var story in stories.TellAsync(stop.Token))
            {
                reports.Add(Report(story));
                if (!context.IsJson)
                {
                    Print(context, story, reports.Count);
                }
            }

            if (context.IsJson)
            {
                context.Output.WriteLine(CliJson.Write(new DemoReport(profile.Name, seed, reports), CliJson.Default.DemoReport));
            }

            return ExitStatus.Done;
        }
        catch (OperationCanceledException)
        {
            throw new CliException(ExitStatus.Stayed, "stopped; the demonstration's devices are gone with it");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void ShowRehearsal(CommandContext context, int done, int all)
    {
        if (context.IsLive)
        {
            // One line that overwrites itself; the last one clears it.
            context.Console.Write(new ControlCode(done == all ? "\r                              \r" : $"\rrehearsing {done} of {all}"));
        }
        else if (done == all)
        {
            context.Say($"rehearsed {done} switchovers");
        }
    }

    private static void Print(CommandContext context, DemoStory story, int number)
    {
        context.Console.WriteLine();
        context.Console.MarkupLineInterpolated($"[bold]Story {number}: {story.Title}[/]");
        foreach (var sentence in story.Telling)
        {
            context.Console.MarkupLineInterpolated($"{sentence}");
        }

        Timeline.Print(context.Console, story.Result);
        if (story.SnapshotFile is { } file)
        {
            context.Console.MarkupLineInterpolated($"[dim]the same decision again: planner decide < {file}[/]");
        }
    }

    private static DemoStoryReport Report(DemoStory story)
    {
        JsonElement? snapshot = null;
        if (story.Result.Snapshot is { } text)
        {
            using var document = JsonDocument.Parse(text);
            snapshot = document.RootElement.Clone();
        }

        return new DemoStoryReport(
            story.Title,
            story.Telling,
            story.Rehearsals,
            story.Result.Decision?.Verdict,
            MigrationReport.From(story.Result),
            snapshot,
            story.SnapshotFile);
    }
}
