using Planner.Simulation;
using Planner.Tests.Simulated;
using Xunit;
using static Planner.Measurements.DeviceState;

namespace Planner.Tests.VfioUserServers;

public sealed class ServerTimeTests : IDisposable
{
    private const string SetPreCopyFrame = "0100 1000 20000000 00000000 00000000  10000000 02000200 06000000 FFFFFFFF";
    private const string SetPreCopyReply = "0100 1000 20000000 01000000 00000000  10000000 02000200 06000000 FFFFFFFF";
    private const string GetStateFrame = "0200 1000 18000000 00000000 00000000  10000000 02000100";
    private const string PreCopyReply = "0200 1000 20000000 01000000 00000000  10000000 02000100 06000000 00000000";
    private const string RunningReply = "0200 1000 20000000 01000000 00000000  10000000 02000100 02000000 00000000";
    private const string GetFlagsFrame = "0300 1000 18000000 00000000 00000000  10000000 01000100";
    private const string FlagsReply = "0300 1000 20000000 01000000 00000000  10000000 01000100 0700000000000000";

    private static readonly TimeSpan ArcTime = TimeSpan.FromMilliseconds(150);

    private static readonly DeviceProfile Slow = TestServer.Quick() with { DefaultLatency = TestProfiles.Always(ArcTime) };

    private static readonly DeviceProfile Instant = TestServer.Quick() with { DefaultLatency = TestProfiles.Always(TimeSpan.Zero) };

    // A server that has nothing to do but wait for it looks at its clock anew after as long.
    private static readonly TimeSpan QuiesceTime = TimeSpan.FromMilliseconds(50);

    private readonly HeldClock _clock = new();

    public void Dispose() => _clock.Dispose();

    [Fact]
    public void A_slow_arc_delays_every_later_request()
    {
        using var server = new TestServer(profile: Slow, clock: _clock);
        using var client = server.Negotiate();

        client.Send(SetPreCopyFrame + GetStateFrame + GetFlagsFrame);

        _clock.UntilSomebodyWaits();
        client.ExpectNothingYet();
        _clock.Advance(ArcTime);
        client.Expect(SetPreCopyReply + PreCopyReply + FlagsReply);
    }

    [Fact]
    public void An_arc_goes_on_after_a_disconnect_and_the_state_is_kept_for_the_next_client()
    {
        using var server = new TestServer(profile: Slow, clock: _clock);
        using (var client = server.Negotiate())
        {
            client.Send(SetPreCopyFrame);
            _clock.UntilSomebodyWaits();
        }

        _clock.Advance(ArcTime);
        using var next = server.Negotiate();
        Assert.Equal(PreCopy, next.GetState());
    }

    [Fact]
    public void A_second_client_connects_and_its_handshake_waits_until_the_first_leaves()
    {
        using var server = new TestServer();
        var first = server.Negotiate();
        using var second = server.Connect();
        second.Send(RawClient.Frame(7, 1, RawClient.Version(0, 2, "")));

        // The server has answered a later request of the first and nothing of the second.
        Assert.Equal(Running, first.GetState());
        second.ExpectNothingYet();
        first.Dispose();

        second.Expect("0700 0100 14000000 01000000 00000000  0000 0200");
    }

    [Fact]
    public void An_asynchronous_quiesce_delays_the_question_for_the_state_and_no_other()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { QuiesceDelay = QuiesceTime }, Instant, clock: _clock);
        using var client = server.Negotiate();

        client.Send(SetPreCopyFrame + GetStateFrame + GetFlagsFrame);

        client.Expect(FlagsReply);
        client.ExpectNothingYet();
        _clock.Advance(QuiesceTime);
        client.Expect(SetPreCopyReply + PreCopyReply);
    }

    [Fact]
    public void A_failed_asynchronous_quiesce_drops_the_request_without_a_reply()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { QuiesceDelay = QuiesceTime, LosesQuiesce = true });
        using var client = server.Negotiate();

        client.Send(SetPreCopyFrame + GetStateFrame);

        client.Expect(RunningReply);
        client.ExpectNothingYet();
    }

    [Fact]
    public void A_client_that_leaves_during_a_quiesce_leaves_the_state_as_it_was()
    {
        using var server = new TestServer(ServerBehaviour.Tolerant with { QuiesceDelay = QuiesceTime }, Instant, clock: _clock);
        using (var client = server.Negotiate())
        {
            client.Send(SetPreCopyFrame);
        }

        using var next = server.Negotiate();
        Assert.Equal(Running, next.GetState());
    }

    [Fact]
    public void The_first_byte_can_be_late()
    {
        var late = TimeSpan.FromMilliseconds(100);
        using var server = new TestServer(profile: Instant, options: new SimulatedDeviceOptions { TimeToFirstByte = late }, clock: _clock);
        using var client = server.Negotiate();
        client.Go(StopCopy);
        client.Send("0400 1100 18000000 00000000 00000000  40000000 10000000");

        _clock.UntilSomebodyWaits();
        client.ExpectNothingYet();
        _clock.Advance(late);
        Assert.Equal(8 + 16, client.ReceiveMessage().Payload.Length);
    }

    [Fact]
    public async Task A_server_stops_with_a_client_in_the_middle_of_an_arc()
    {
        var server = new TestServer(profile: Slow);
        using var client = server.Negotiate();
        client.Send(SetPreCopyFrame);

        await Task.Run(server.Dispose, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.False(File.Exists(server.Server.SocketPath));
    }
}
