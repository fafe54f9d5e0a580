using System.Diagnostics;
using System.Net.Sockets;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

public sealed class TokenBucketLinkTests : IDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _folder = new();
    private readonly Socket _listener = Unix();
    private readonly TokenBucketLink _link;

    public TokenBucketLinkTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.File("to")));
        _listener.Listen();
        _link = new TokenBucketLink(_folder.File("link"), _folder.File("to"), LinkRate.Steady(1000));
    }

    public void Dispose()
    {
        _link.Dispose();
        _listener.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Bytes_arrive_unchanged_and_in_order_on_both_ways()
    {
        var (source, destination) = await ConnectAsync();
        var forth = Bytes(3_000_001);
        var back = Bytes(100_003);

        var sending = Task.WhenAll(SendAsync(source, forth), SendAsync(destination, back));
        var received = await Task.WhenAll(ReceiveAllAsync(destination), ReceiveAllAsync(source));
        await sending;

        Assert.Equal(forth, received[0]);
        Assert.Equal(back, received[1]);
        Assert.Equal((forth.Length, back.Length), (_link.BytesForwarded, _link.BytesReturned));
    }

    [Fact]
    public async Task An_end_that_was_closed_closes_the_other()
    {
        var (source, destination) = await ConnectAsync();
        source.Dispose();

        Assert.Empty(await ReceiveAllAsync(destination));
    }

    [Fact]
    public async Task It_is_never_faster_than_its_rate()
    {
        _link.Rate = LinkRate.Steady(20);
        var (source, destination) = await ConnectAsync();
        var forth = Bytes(4 * 1024 * 1024);

        var watch = Stopwatch.StartNew();
        var sending = SendAsync(source, forth);
        Assert.Equal(forth.Length, (await ReceiveAllAsync(destination)).Length);
        await sending;

        // 4 MiB at 20 MiB/s take 200 ms; how much longer depends on what else the machine does.
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(190), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task A_rate_can_be_raised_while_bytes_wait()
    {
        _link.Rate = LinkRate.Steady(0.001);
        var (source, destination) = await ConnectAsync();
        var sending = SendAsync(source, Bytes(500_000));

        _link.Rate = LinkRate.Steady(1000);

        Assert.Equal(500_000, (await ReceiveAllAsync(destination)).Length);
        await sending;
    }

    [Fact]
    public async Task A_stalled_link_passes_nothing_and_loses_nothing()
    {
        var (source, destination) = await ConnectAsync();
        _link.Stalled = true;
        var forth = Bytes(200_000);
        var sending = SendAsync(source, forth);
        var receiving = ReceiveAllAsync(destination);

        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal(0, _link.BytesForwarded);
        _link.Stalled = false;

        Assert.Equal(forth, await receiving);
        await sending;
    }

    [Fact]
    public async Task A_dead_link_closes_both_ends_and_takes_no_more()
    {
        var (source, destination) = await ConnectAsync();
        var buffer = new byte[16];
        var ends = new[] { EndAsync(source, buffer), EndAsync(destination, new byte[16]) };

        _link.Die();

        Assert.All(await Task.WhenAll(ends).WaitAsync(HangGuard, TestContext.Current.CancellationToken), read => Assert.Equal(0, read));
        using var late = Unix();
        Assert.Throws<SocketException>(() => late.Connect(new UnixDomainSocketEndPoint(_folder.File("link"))));
    }

    [Fact]
    public async Task A_dead_link_ends_what_waits_for_a_stall_or_for_tokens()
    {
        _link.Rate = LinkRate.Steady(0.001);
        var (source, destination) = await ConnectAsync();
        await SendAsync(source, Bytes(50_000));
        _link.Stalled = true;

        _link.Die();

        await EndAsync(destination, new byte[16]).WaitAsync(HangGuard, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_connects_while_nobody_listens_behind_is_closed()
    {
        _listener.Dispose();
        using var source = Unix();
        await source.ConnectAsync(new UnixDomainSocketEndPoint(_folder.File("link")), TestContext.Current.CancellationToken);

        Assert.Equal(0, await EndAsync(source, new byte[16]).WaitAsync(HangGuard, TestContext.Current.CancellationToken));
    }

    private static Socket Unix() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static async Task<int> EndAsync(Socket socket, byte[] buffer)
    {
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0)
            {
                // What was on its way before the end.
            }

            return read;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent), TestContext.Current.CancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReceiveAllAsync(Socket socket)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        using var received = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await socket.ReceiveAsync(buffer, guard.Token) is var read and > 0)
        {
            received.Write(buffer, 0, read);
        }

        return received.ToArray();
    }

    private async Task<(Socket Source, Socket Destination)> ConnectAsync()
    {
        var source = Unix();
        await source.ConnectAsync(new UnixDomainSocketEndPoint(_folder.File("link")), TestContext.Current.CancellationToken);
        return (source, await _listener.AcceptAsync(TestContext.Current.CancellationToken));
    }
}
