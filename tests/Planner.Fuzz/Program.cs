using Planner.Fuzz;
using SharpFuzz;

// planner-fuzz TARGET           runs under afl-fuzz
// planner-fuzz TARGET FILE...   runs files once, to check the corpus or to look at a finding
Func<byte[], string>? target = args.FirstOrDefault() switch
{
    "client" => ClientTarget.Run,
    "server" => ServerTarget.Run,
    "model" => ModelTarget.Run,
    "workload" => WorkloadTarget.Run,
    "recording" => RecordingTarget.Run,
    "qmp" => QmpTarget.Run,
    "migration" => MigrationTarget.Run,
    "snapshot" => SnapshotTarget.Run,
    "policy" => PolicyTarget.Run,
    "fleet" => FleetTarget.Run,
    "profile" => ProfileTarget.Run,
    "journal" => JournalTarget.Run,
    _ => null,
};
if (target is null)
{
    Console.Error.WriteLine("Name a target: client, server, model, workload, recording, qmp, migration, snapshot, policy, fleet, profile or journal.");
    return 2;
}

foreach (var file in args.Skip(1))
{
    Console.WriteLine($"{Path.GetFileName(file)}: {target(File.ReadAllBytes(file))}");
}

if (args.Length == 1)
{
    Fuzzer.Run((Stream stream) =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target(input.ToArray());
    });
}

return 0;
