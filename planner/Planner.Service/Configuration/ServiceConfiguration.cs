using Planner.Documents;
using Quartz;

namespace Planner.Service;

/// <summary>What an operator sets for the service in a file: commands that make destinations, and what is done by the calendar.</summary>
public sealed record ServiceConfiguration
{
    private const string Kind = "Service";
    private const int LongestName = 63;
    private const int MostRounds = 10_000;

    /// <summary>No file: what is older than is kept is dropped every night, and nothing else is done by the calendar.</summary>
    public static ServiceConfiguration Usual { get; } = new();

    internal IReadOnlyList<DestinationCommand> Commands { get; private init; } = [];

    internal IReadOnlyList<Schedule> Schedules { get; private init; } = [Schedule.UsualRetention];

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text: YAML of <c>kind: Service</c>.</param>
    /// <param name="file">Its name for messages.</param>
    /// <exception cref="DocumentException">It is not valid; the message has line and column.</exception>
    public static ServiceConfiguration Read(string text, string file)
    {
        var root = YamlText.Read(text, file, Kind);
        var spec = root.Map("spec");
        var (commands, schedules) = (new List<DestinationCommand>(), new List<Schedule>());
        foreach (var map in spec.Maps("destinationCommands"))
        {
            var command = ReadCommand(map);
            commands.Add(commands.TrueForAll(c => c.Name != command.Name) ? command : throw map.Error("name", $"the command '{command.Name}' is in this file twice"));
        }

        foreach (var map in spec.Maps("schedules"))
        {
            var schedule = ReadSchedule(map);
            schedules.Add(schedules.TrueForAll(s => s.Name != schedule.Name) ? schedule : throw map.Error("name", $"the schedule '{schedule.Name}' is in this file twice"));
        }

        spec.Finish();
        root.Finish();
        return new ServiceConfiguration
        {
            Commands = commands,
            Schedules = schedules.Exists(s => s.Task == ScheduledTask.Retention) ? schedules : [Schedule.UsualRetention, .. schedules],
        };
    }

    private static string Name(YamlMap map) => map.String("name") is { Length: > 0 and <= LongestName } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        ? name
        : throw map.Error("name", $"a name has 1 to {LongestName} letters, digits, hyphens and underscores");

    private static DestinationCommand ReadCommand(YamlMap map)
    {
        var run = map.Strings("run");
        if (run is not [var program, ..] || !Path.IsPathFullyQualified(program))
        {
            throw map.Error("run", "'run' begins with the absolute path of a program; write run: [/usr/local/bin/start-destination, \"{machine}\"]");
        }

        var environment = new Dictionary<string, string>();
        if (map.OptionalMap("environment") is { } variables)
        {
            foreach (var key in variables.Keys)
            {
                environment[key] = variables.String(key);
            }
        }

        var command = new DestinationCommand(Name(map), run, map.OptionalDuration("timeout") ?? TimeSpan.FromMinutes(1), environment);
        if (command.Timeout > TimeSpan.FromMinutes(10))
        {
            throw map.Error("timeout", "a command takes at most 10m");
        }

        map.Finish();
        return command;
    }

    private static Schedule ReadSchedule(YamlMap map)
    {
        var task = map.Choice<ScheduledTask>(
            "do",
            null,
            ("retention", ScheduledTask.Retention),
            ("probe", ScheduledTask.Probe),
            ("measure", ScheduledTask.Measure),
            ("rehearse", ScheduledTask.Rehearse),
            ("retrain", ScheduledTask.Retrain),
            ("report", ScheduledTask.Report));
        var cron = map.String("cron");
        if (!CronExpression.TryParse(cron, out _))
        {
            throw map.Error("cron", $"'{cron}' is not a Quartz cron expression; write for example 0 0 2 ? * SAT");
        }

        var zone = map.OptionalString("timeZone") ?? "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
        {
            throw map.Error("timeZone", $"the time zone '{zone}' is not known on this machine");
        }

        var schedule = new Schedule(Name(map), task, cron, found);
        schedule = task switch
        {
            ScheduledTask.Retention => schedule with
            {
                KeepEvents = map.OptionalDuration("keepEvents") ?? schedule.KeepEvents,
                KeepRecords = map.OptionalDuration("keepRecords") ?? schedule.KeepRecords,
                KeepSamples = map.OptionalDuration("keepSamples"),
            },
            ScheduledTask.Retrain => schedule with
            {
                Inputs = map.Strings("inputs") is { Count: > 0 } inputs && inputs.All(Path.IsPathFullyQualified) ? inputs : throw map.Error("inputs", "'inputs' are absolute paths of workload files, recordings and folders of them"),
            },
            ScheduledTask.Report => schedule with
            {
                Folder = map.String("folder") is var folder && Path.IsPathFullyQualified(folder) ? folder : throw map.Error("folder", "'folder' is an absolute path"),
            },
            _ => WithDevices(map, schedule),
        };
        map.Finish("devices", "to", "rounds", "inputs", "folder", "keepEvents", "keepRecords", "keepSamples");
        return schedule;
    }

    private static Schedule WithDevices(YamlMap map, Schedule schedule)
    {
        var devices = map.Strings("devices");
        if (devices.Count == 0)
        {
            throw map.Error("devices", "name the devices; they have to carry no machine");
        }

        var to = schedule.Task == ScheduledTask.Rehearse ? map.Strings("to") : [];
        return schedule.Task == ScheduledTask.Rehearse && to.Count != devices.Count
            ? throw map.Error("to", "name as many devices in 'to' as in 'devices': each goes to its own")
            : schedule with { Devices = devices, To = to, Rounds = schedule.Task == ScheduledTask.Probe ? 1 : map.Integer("rounds", 10, 1, MostRounds) };
    }
}
