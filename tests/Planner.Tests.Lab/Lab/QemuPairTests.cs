using System.Globalization;
using System.Net.Sockets;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class QemuPairTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_pair_has_a_running_source_and_a_silent_destination_and_leaves_nothing_behind()
    {
        var cancel = TestContext.Current.CancellationToken;
        string folder;
        int[] processes;
        await using (var pair = await QemuPair.StartAsync(new PairOptions { Source = new QemuOptions { Load = "ws_64,steady_10" } }, cancel))
        {
            folder = Path.GetDirectoryName(pair.LinkPath)!;
            Assert.True(pair.SourceGuest.IsRunning);
            Assert.Equal("steady", (await pair.SourceGuest.WaitForHeartbeatAsync(HangGuard, cancel)).Writer);
            Assert.Null(pair.DestinationGuest.LastHeartbeat);
            Assert.All([pair.Source, pair.Destination], m => Assert.All([m.QmpPath, m.ObserverPath], CanConnect));

            var used = pair.Destination.Id;
            await pair.ReplaceDestinationAsync(cancel);
            Assert.NotEqual(used, pair.Destination.Id);
            Assert.True(Gone(used));
            processes = [pair.Source.Id, pair.Destination.Id];
        }

        Assert.False(Directory.Exists(folder));
        Assert.All(processes, id => Assert.True(Gone(id)));
    }

    [Fact]
    public async Task A_killed_parent_leaves_no_machine_behind()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TemporaryDirectory();
        using var parent = ChildProcess.Start(ChildProcess.Prepare(StartAndWait, [folder.File("m0")]));
        var machine = int.Parse((await parent.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(HangGuard, cancel))!, CultureInfo.InvariantCulture);
        Assert.False(Gone(machine));

        parent.Kill();
        await parent.WaitForExitAsync(cancel);

        using var guard = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        guard.CancelAfter(HangGuard);
        while (!Gone(machine))
        {
            await Task.Delay(10, guard.Token);
        }
    }

    [Fact]
    public async Task A_machine_that_cannot_start_says_why()
    {
        using var folder = new TemporaryDirectory();

        var error = await Assert.ThrowsAsync<LabException>(() =>
            QemuProcess.StartAsync(folder.File("m0"), new QemuOptions { Machine = "pc-i440fx-99.9" }, destination: false, TestContext.Current.CancellationToken));

        Assert.Contains("pc-i440fx-99.9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_that_the_guest_refuses_is_told_and_leaves_nothing_behind()
    {
        var error = await Assert.ThrowsAsync<LabException>(() =>
            QemuPair.StartAsync(new PairOptions { Source = new QemuOptions { Load = "ws_100000" } }, TestContext.Current.CancellationToken));

        Assert.Contains("ws 100000", error.Message, StringComparison.Ordinal);
    }

    [ChildEntry]
    internal static int StartAndWait(string[] arguments)
    {
        // From a thread that ends at once: the machine lives on until the process dies.
        QemuProcess? machine = null;
        var starter = new Thread(() => machine = QemuProcess.StartAsync(arguments[0], new QemuOptions(), destination: true).GetAwaiter().GetResult());
        starter.Start();
        starter.Join();
        Thread.Sleep(500);
        Console.WriteLine(machine!.HasExited ? -1 : machine.Id);
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static void CanConnect(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
    }

    // Where nobody collects orphans, a dead process stays in the list as a zombie.
    private static bool Gone(int process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[status.LastIndexOf(')')..].StartsWith(") Z", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
