using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Planner.Devices;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Storage;

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

    /// <summary>Where nothing else is said half of the commits may miss, and two blackouts give a bound.</summary>
    private const int ImaginarySwitchovers = 4;

    /// <summary>Makes sure that nothing is missing in the middle: enough open files, and all code loaded, so that the installation may be replaced meanwhile.</summary>
    /// <param name="devices">How many devices, or machines, move.</param>
    /// <exception cref="CliException">The process may not open enough files. Nothing was touched.</exception>
    /// <param name="withService">Whether the service runs in this process.</param>
    public static void Prepare(int devices, bool withService = false)
    {
        RequireFiles(devices);
        LoadCode(withService);
    }

    /// <summary>Makes sure that enough files may be open.</summary>
    /// <param name="devices">How many devices, or machines, move.</param>
    /// <exception cref="CliException">The process may not open enough files. Nothing was touched.</exception>
    public static void RequireFiles(int devices) => ProcessLimits.RequireFiles((RuntimeFeature.IsDynamicCodeSupported ? CodeFiles : 0) + SessionFiles + (devices * DeviceFiles));

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

    /// <summary>Migrates an imaginary device, by its protocol and with journal and store, so that the code of a switchover is compiled before a guest waits for it: the first
    /// blackout of a fresh process was twice as long as the second.</summary>
    public static async Task<SessionResult> ForDevicesAsync()
    {
        DirectoryInfo? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("planner-");
            using var source = VfioUserServer.Start(Imaginary, Path.Combine(folder.FullName, "source"));
            using var destination = VfioUserServer.Start(Imaginary, Path.Combine(folder.FullName, "destination"));
            using var journal = new MigrationJournal(folder.FullName);
            using var store = SqlMeasurementStore.Open(StoreAddress.Parse(Path.Combine(folder.FullName, "store.db")));
            return await MigrateAsync(VfioUserDevice.Open(source.SocketPath), VfioUserDevice.Open(destination.SocketPath), new SessionServices { Journal = journal, Store = store });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DeviceException or JournalException or StoreException)
        {
            // Where nothing can be written for a moment, the protocol stays cold.
            return await MigrateAsync(new SimulatedDevice(Imaginary, "source", clock: new VirtualClock()), new SimulatedDevice(Imaginary, "destination", clock: new VirtualClock()), new SessionServices());
        }
        finally
        {
            Discard(folder);
        }
    }

    private static DeviceProfile Imaginary => DeviceProfileText.Read(
        """
        apiVersion: planner/v1
        kind: DeviceProfile
        metadata: { name: imaginary, class: imaginary }
        spec:
          flags: [STOP_COPY, P2P, PRE_COPY]
          arcs: { default: { median: 10us, p99: 20us } }
          state: { bytes: 1MiB, jitter: 0% }
          preCopy: { initial: 1MiB, dirtyRate: 1MiB/s, dirtyCap: 1MiB, reinit: 0.0 }
          dataSize: { offered: true, meaning: total }
        """,
        "imaginary");

    /// <summary>There and back, until what decides has past blackouts to decide from.</summary>
    private static async Task<SessionResult> MigrateAsync(IMigrationDevice source, IMigrationDevice destination, SessionServices services)
    {
        using (source)
        using (destination)
        {
            var rehearsal = new Rehearsal("imaginary", [new DevicePair("imaginary", source, destination)], services with { QuietTime = QuietTime.Ask, HostIsBusy = HostPressure.IsBusy });
            return await rehearsal.RunAsync(ImaginarySwitchovers, CancellationToken.None);
        }
    }

    private static void Discard(DirectoryInfo? folder)
    {
        try
        {
            folder?.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is where such things are cleaned away.
        }
    }
}
