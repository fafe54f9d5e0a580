using System.Diagnostics;

namespace Planner.KernelTests;

/// <summary>The planner's commands on a machine with a device, as a person types them: what README and docs/qemu-vfio.md show.</summary>
internal static class MachineSession
{
    private const string Program = "/bin/planner";
    private const string Policy = "/tmp/lab.yaml", Tight = "/tmp/tight.yaml";

    // A NIC as the study has one.
    private static readonly MachineSetup Setup = MachineSetup.Of(new DeviceArcs(10, 60, 20, 5, 5)) with { StopBlocks = [256], SourceModels = [7], DestinationModels = [7] };

    /// <summary>Shows them.</summary>
    /// <returns>The exit status.</returns>
    public static int Show()
    {
        var run = new TestRun(null);
        new PlannerPolicy { Limit = TimeSpan.FromMilliseconds(300) }.Write(Policy);
        new PlannerPolicy { Limit = TimeSpan.FromMilliseconds(80), CompleteWithin = TimeSpan.FromSeconds(4) }.Write(Tight);
        run.Try(() => Migrate(Policy, probes: true, exit: 0), "the first migration");
        for (var i = 0; i < 10; i++)
        {
            run.Try(() => MachineMigration.OfGood(Setup, new PlannerPolicy { Limit = TimeSpan.FromMilliseconds(300) }, PlannerRun.Store).CheckCommitted(), "evidence");
        }

        run.Try(() => Migrate(Policy, probes: false, exit: 0), "a commit");
        run.Try(() => Migrate(Tight, probes: false, exit: 3), "a refusal");
        return run.Finish();
    }

    private static void Migrate(string policy, bool probes, int exit)
    {
        using var pair = new MachinePair(Setup);
        var (source, destination) = ($"qmp:{pair.Source.PlannerSocket}", $"qmp:{pair.Destination.PlannerSocket}");
        if (probes)
        {
            Check.Equal(0, Type("probe", source));
        }

        Check.Equal(exit, Type("migrate", source, destination, "--policy", policy, "--sla", "lab", "--store", PlannerRun.Store));
        pair.CheckRunsOnly(exit == 0 ? pair.Destination : pair.Source);
    }

    private static int Type(params string[] arguments)
    {
        Console.WriteLine($"$ planner {string.Join(' ', arguments)}");
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true })!;
        Console.Write(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Console.WriteLine($"# exit status {process.ExitCode}");
        Console.WriteLine();
        return process.ExitCode;
    }
}
