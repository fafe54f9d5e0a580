
namespace Planner.KernelTests;

/// <summary>Devices that log which pages they write. QEMU takes that log where it can, and a kernel may not be able to report it.</summary>
internal static class MachineDirtyPageTests
{
    private const int PageBytes = 4096, Pages = 256;
    private const long WrittenAt = 32 << 20;

    // Without the option that lets a machine migrate whose device logs nothing.
    private static readonly MachineSetup Setup = new()
    {
        Source = [5],
        Destination = [6],
        SourceOptions = "migration-events=on",
        DestinationOptions = "migration-events=on",
        BytesPerSecond = 20_000_000,
    };

    /// <summary>Whether this kernel reports what a device writes: the lab's own does (<c>--own-kernel</c>), Debian's lack IOMMUFD_DRIVER.</summary>
    public static bool IsReported => NodeTests.AreThere;

    public static void A_kernel_that_cannot_report_what_a_device_writes_is_named_with_what_to_do()
    {
        using var pair = new MachinePair(Setup);
        var migration = MachineMigration.Of(pair, new PlannerPolicy());
        Check.Equal(5, migration.Report.Exit);
        Check.That(migration.Report.Reason.Contains("IOMMUFD_DRIVER", StringComparison.Ordinal), $"it says: {migration.Report.Reason}");
        pair.CheckRunsOnly(pair.Source);
    }

    public static void Pages_that_a_device_writes_are_sent_again_and_the_machine_arrives_whole()
    {
        var without = ZeroPagesSent(writes: false);
        var with = ZeroPagesSent(writes: true);
        Console.WriteLine($"# zero pages sent: {without}, and {with} with {Pages} that the device wrote");
        Check.That(with - without >= Pages * 9 / 10, "what the device wrote was not sent again");
    }

    /// <summary>How many pages without content went over, in a migration in which the device writes some of them or not.</summary>
    private static long ZeroPagesSent(bool writes)
    {
        using var pair = new MachinePair(Setup);
        var migration = MachineMigration.Of(pair, new PlannerPolicy(), meanwhile: () =>
        {
            Check.That(pair.Source.Monitor.WaitFor(e => e.MigrationStatus == "active", TimeSpan.FromSeconds(30)) is not null, "the migration does not begin");
            if (writes)
            {
                Thread.Sleep(200);
                pair.SourceKnobs.Set("written", $"{WrittenAt} {Pages * PageBytes}");
            }
        });
        migration.CheckCommitted();
        pair.CheckRunsOnly(pair.Destination);
        return pair.Source.Monitor.Execute("query-migrate").GetProperty("ram").GetProperty("duplicate").GetInt64();
    }
}
