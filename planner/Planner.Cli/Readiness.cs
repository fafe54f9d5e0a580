using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Planner.Engine;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>What this process does before it touches a machine.</summary>
internal static class Readiness
{
    /// <summary>The files that the code of the program takes, each a descriptor while the process lives; a test counts them. Compiled ahead of time it is one file.</summary>
    internal const int CodeFiles = 260;

    /// <summary>Store, journal, recording, telemetry and terminal.</summary>
    private const int SessionFiles = 32;

    /// <summary>Both sides of a device: its connection or its group and streams, and once more where it has to be opened anew.</summary>
    private const int DeviceFiles = 16;

    /// <summary>Makes sure that nothing is missing in the middle: enough open files, and all code loaded, so that the installation may be replaced meanwhile.</summary>
    /// <param name="devices">How many devices, or machines, move.</param>
    /// <exception cref="CliException">The process may not open enough files. Nothing was touched.</exception>
    /// <param name="withService">Whether the service runs in this process.</param>
    public static void Prepare(int devices, bool withService = false)
    {
        ProcessLimits.RequireFiles((RuntimeFeature.IsDynamicCodeSupported ? CodeFiles : 0) + SessionFiles + (devices * DeviceFiles));
        LoadCode(withService);
    }

    /// <summary>Loads every assembly that this program refers to, and what those refer to.</summary>
    /// <param name="withService">Whether the service and its web server are loaded, too.</param>
    /// <returns>How many there are.</returns>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A program compiled ahead of time has no assemblies to load.")]
    public static int LoadCode(bool withService = false)
    {
        var loaded = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<Assembly>([typeof(Readiness).Assembly]);
        while (RuntimeFeature.IsDynamicCodeSupported && waiting.TryDequeue(out var assembly))
        {
            foreach (var name in assembly.GetReferencedAssemblies().Where(n => (withService || !IsOfService(n.Name!)) && loaded.Add(n.FullName)))
            {
                try
                {
                    waiting.Enqueue(Assembly.Load(name));
                }
                catch (Exception e) when (e is IOException or BadImageFormatException)
                {
                    // What is not delivered is never used.
                }
            }
        }

        return loaded.Count;
    }

    // What only the service uses, and its web server.
    private static bool IsOfService(string assembly) => assembly is "Planner.Service" or "Scalar.AspNetCore" || assembly.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal);

    /// <summary>Migrates a simulated device once, so that the code of a switchover is compiled before a guest waits for it: the first blackout of
    /// a fresh process was several times as long as the second.</summary>
    public static Task<SessionResult> ForDevicesAsync()
    {
        var request = new DeviceMigrationRequest
        {
            Machine = "imaginary",
            Devices = [new DevicePair("imaginary", Imaginary(), Imaginary())],
            Policy = new SlaPolicy { Name = "imaginary", BlackoutLimit = TimeSpan.FromSeconds(1) },
            Mode = MigrationMode.Rehearsal,
        };
        return MigrationSession.RunAsync(request, new SessionServices { TransferBufferBytes = 4096, QuietTime = QuietHeap.Ask }, CancellationToken.None);
    }

    private static SimulatedDevice Imaginary() => new(BuiltInProfiles.FastNic, "imaginary", clock: new VirtualClock());
}
