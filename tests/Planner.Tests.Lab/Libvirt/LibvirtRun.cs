using System.Globalization;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>One migration through libvirt by the real command.</summary>
internal sealed class LibvirtRun : IAsyncDisposable
{
    public static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    // A guest that runs has a heartbeat every 5 ms.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly TemporaryDirectory _folder = new();
    private PlannerChild? _planner;

    private LibvirtRun(LibvirtPair pair, LabGuest guest) => (Pair, Guest) = (pair, guest);

    public LibvirtPair Pair { get; }

    /// <summary>The guest on the first host.</summary>
    public LabGuest Guest { get; }

    public PlannerChild Planner => _planner!;

    public string Source => $"libvirt:{Pair.A.Uri}#{LibvirtPair.Domain}";

    public string Destination => $"libvirt:{Pair.B.Uri}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Gets hosts and guest ready; nothing is started.</summary>
    public static async Task<LibvirtRun> PrepareAsync(LibvirtLab lab, string load = LibvirtLab.Busy)
    {
        var (pair, guest) = await lab.ReadyAsync(load);
        return new LibvirtRun(pair, guest);
    }

    /// <summary>Starts a migration, and waits until it is held in pre-copy: nothing fits yet.</summary>
    public static async Task<LibvirtRun> HeldAsync(LibvirtLab lab)
    {
        var run = await PrepareAsync(lab);
        try
        {
            run.Start();
            await run.UntilAsync("gate 1: ");
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the command.</summary>
    public void Start(params string[] more) =>
        _planner = PlannerChild.Start(_folder.Path, ["migrate", Source, Destination, "--channel", Pair.B.PeerUri, "--sla", "lab", "--policy", Policy(), .. more], Wrapper);

    /// <summary>Runs a verb to its end.</summary>
    public Task<(int Status, string Output, string Error)> RunAsync(params string[] arguments) => PlannerChild.RunAsync(_folder.Path, arguments, Wrapper);

    /// <summary>Runs a verb on a host without libvirt's library.</summary>
    public Task<(int Status, string Output, string Error)> RunWithoutLibraryAsync(params string[] arguments) => PlannerChild.RunAsync(_folder.Path, arguments);

    /// <summary>Starts a verb.</summary>
    public PlannerChild StartVerb(params string[] arguments) => _planner = PlannerChild.Start(_folder.Path, arguments, Wrapper);

    /// <summary>Lets the guest write so little that the moment comes.</summary>
    public Task CalmAsync() => Guest.CommandAsync("steady 2", Cancellation);

    /// <summary>Waits until the command has said something.</summary>
    public async Task UntilAsync(string words)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(HangGuard);
        while (!Planner.Output.Contains(words, StringComparison.Ordinal))
        {
            Assert.False(Planner.HasExited, $"it ended before it said '{words}': {Planner}");
            await Task.Delay(Poll, guard.Token);
        }
    }

    /// <summary>Waits until something of the hosts is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(HangGuard);
        while (!await isSo())
        {
            await Task.Delay(Poll, guard.Token);
        }
    }

    /// <summary>The hosts on which the guest truly runs, by its own heartbeat and not by what libvirt says.</summary>
    public async Task<string> WhereAsync()
    {
        var runs = new List<string>();
        if (await BeatsAsync(Guest))
        {
            runs.Add("a");
        }

        if (Pair.B.HasQemu(LibvirtPair.Domain))
        {
            try
            {
                using var guest = new LabGuest(Pair.B.ControlPath(LibvirtPair.Domain));
                if (await BeatsAsync(guest))
                {
                    runs.Add("b");
                }
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Its process has just ended.
            }
        }

        return string.Join(" and ", runs);
    }

    /// <summary>The command's exit status.</summary>
    public async Task<int> EndAsync() => await Planner.EndAsync();

    /// <summary>Asks the command twice to stop, so that it does not wait long for what does not answer.</summary>
    public async Task HurryAsync()
    {
        Planner.Signal(PlannerChild.Interrupt);
        await Task.Delay(TimeSpan.FromMilliseconds(300), Cancellation);
        if (!Planner.HasExited)
        {
            Planner.Signal(PlannerChild.Interrupt);
        }
    }

    /// <summary>The max downtime of the guest's domain, in milliseconds.</summary>
    public async Task<int> MaxDowntimeAsync() =>
        int.Parse((await Pair.A.VirshAsync(["migrate-getmaxdowntime", LibvirtPair.Domain], Cancellation)).Trim(), CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{_planner}\n{Pair.A.LogTail}\n{Pair.B.LogTail}");
        }

        _planner?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A class that accepts a model without proof.</summary>
    public string Policy(string limit = "300ms")
    {
        var policy = _folder.File("policy.yaml");
        File.WriteAllText(policy, SafetyRun.Policy(limit));
        return policy;
    }

    private static async Task<bool> BeatsAsync(LabGuest guest)
    {
        try
        {
            await guest.WaitForHeartbeatAsync(Silence, Cancellation);
            return true;
        }
        catch (LabException)
        {
            return false;
        }
    }

    private string[] Wrapper => ["env", $"LD_LIBRARY_PATH={Pair.Libraries}"];
}
