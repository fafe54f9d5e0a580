using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Planner.Tests.Cli;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Agents on two hosts and their service, each a process of its own.</summary>
public sealed class AgentsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_goes_from_host_to_host_through_both_agents_and_comes_back()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.RehearseAsync();
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));

        var there = await fleet.EndAsync(await fleet.MigrateAsync("h2"));
        var back = await fleet.EndAsync(await fleet.MigrateAsync("h1"));

        Assert.Equal(("completed", "agent of h1"), (there.GetProperty("outcome").GetString(), there.GetProperty("runBy").GetString()));
        Assert.Equal(("completed", "agent of h2"), (back.GetProperty("outcome").GetString(), back.GetProperty("runBy").GetString()));
        Assert.Equal("commit", there.GetProperty("latestDecision").GetProperty("verdict").GetString());
        Assert.Equal("h1", (await KilledUnderLoad.GetAsync(fleet.Http, "/v1/machines/vm1")).GetProperty("node").GetString());

        // The ledger has them as they are on their hosts, and not as they were reached.
        var attempt = await KilledUnderLoad.GetAsync(fleet.Http, $"/v1/attempts/{there.GetProperty("attemptId").GetString()}");
        Assert.Equal("h2", attempt.GetProperty("destination").GetProperty("host").GetString());
        Assert.Equal(there.GetProperty("destination").GetString(), attempt.GetProperty("destination").GetProperty("address").GetString());
    }

    [Fact]
    public async Task Machines_that_go_at_once_and_one_that_is_asked_for_meanwhile_are_told_apart()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.RehearseAsync();
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));
        string[] machines = ["vm1", "vm2", "vm3"];
        await fleet.AddMachineAsync("vm2", Stop);
        await fleet.AddMachineAsync("vm3", Stop);

        foreach (var destination in new[] { "h2", "h1", "h2" })
        {
            var asked = new List<string>();
            foreach (var machine in machines)
            {
                asked.Add(await fleet.MigrateAsync(destination, machine));
            }

            for (var i = 0; i < machines.Length; i++)
            {
                var end = await fleet.EndAsync(asked[i]);
                Assert.True(end.GetProperty("outcome").GetString() == "completed", end.ToString());
                Assert.Equal(asked[i], end.GetProperty("attemptId").GetString());
                Assert.Equal(destination, (await KilledUnderLoad.GetAsync(fleet.Http, $"/v1/machines/{machines[i]}")).GetProperty("node").GetString());
            }
        }
    }

    [Fact]
    public async Task A_migration_goes_on_when_the_service_is_killed_and_the_next_one_hears_how_it_ended()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.RehearseAsync();
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));

        var id = await fleet.MigrateAsync("h2");
        await KilledUnderLoad.HearAsync(fleet.Http, id, 3, Stop);
        fleet.Service.Kill();
        await fleet.StartServiceAsync();
        var end = await fleet.EndAsync(id);

        Assert.Equal("completed", end.GetProperty("outcome").GetString());
        var attempts = (await KilledUnderLoad.GetAsync(fleet.Http, "/v1/attempts?machine=vm1")).GetProperty("items");
        Assert.Equal(1, attempts.GetArrayLength());
        Assert.Equal("completed", (await fleet.EndAsync(await fleet.MigrateAsync("h1"))).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task What_a_killed_agent_had_begun_is_brought_to_its_end_by_the_next_and_nothing_is_begun_twice()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.RehearseAsync();
        var source = await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));

        var id = await fleet.MigrateAsync("h2");
        await KilledUnderLoad.HearAsync(fleet.Http, id, 4, Stop);
        source.Kill();
        await source.WaitForExitAsync(Stop);
        await AgentFleet.UntilAsync(async () => (await fleet.EnrolmentAsync("h1")).GetProperty("attachedSince").ValueKind == System.Text.Json.JsonValueKind.Null);
        Assert.NotEqual("done", (await KilledUnderLoad.GetAsync(fleet.Http, $"/v1/migrations/{id}")).GetProperty("state").GetString());

        await fleet.StartAgentAsync("h1", null);
        var end = await fleet.EndAsync(id);

        // Which of them depends on how far it had come; what a device loses with its connection is a person's to look at.
        Assert.Contains(end.GetProperty("outcome").GetString(), new[] { "recovered", "stayed", "completed", "needsPerson" });
        Assert.NotEqual("", end.GetProperty("reason").GetString());
        var attempts = (await KilledUnderLoad.GetAsync(fleet.Http, "/v1/attempts?machine=vm1")).GetProperty("items");
        Assert.InRange(attempts.GetArrayLength(), 0, 1);
    }

    [Fact]
    public async Task Agents_go_over_to_the_service_that_takes_over_and_it_hears_how_the_migration_of_the_killed_one_ended()
    {
        using var fleet = await AgentFleet.StartAsync(Stop, PostgresServer.Shared.Address(PostgresServer.Shared.CreateDatabase()));
        await fleet.RehearseAsync();
        var waiting = fleet.StandByAsync();
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));

        var id = await fleet.MigrateAsync("h2");
        await KilledUnderLoad.HearAsync(fleet.Http, id, 3, Stop);
        Assert.False(waiting.IsCompleted);
        fleet.Service.Kill();
        fleet.TurnTo(await waiting);
        await fleet.AttachedAsync("h1", "h2");

        Assert.Equal("completed", (await fleet.EndAsync(id)).GetProperty("outcome").GetString());
        Assert.Equal("completed", (await fleet.EndAsync(await fleet.MigrateAsync("h1"))).GetProperty("outcome").GetString());
        var attempts = (await KilledUnderLoad.GetAsync(fleet.Http, "/v1/attempts?machine=vm1")).GetProperty("items");
        Assert.Equal(2, attempts.GetArrayLength());
    }

    [Fact]
    public async Task A_service_on_a_restored_backup_goes_on_above_what_its_agents_have_seen()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.RehearseAsync();
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));
        Assert.Equal("completed", (await fleet.EndAsync(await fleet.MigrateAsync("h2"))).GetProperty("outcome").GetString());
        Assert.Equal(0, await fleet.Service.StopAsync());
        var backup = fleet.Backup();
        for (var start = 0; start < 2; start++)
        {
            await fleet.StartServiceAsync();
            await fleet.AttachedAsync("h1", "h2");
            Assert.Equal("completed", (await fleet.EndAsync(await fleet.MigrateAsync(start == 0 ? "h1" : "h2"))).GetProperty("outcome").GetString());
            Assert.Equal(0, await fleet.Service.StopAsync());
        }

        fleet.Restore(backup);
        await fleet.StartServiceAsync();
        await fleet.AttachedAsync("h1", "h2");

        Assert.Equal("completed", (await fleet.EndAsync(await fleet.MigrateAsync("h1"))).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_migration_waits_for_an_agent_that_is_away()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.RehearseAsync();
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        var destination = await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));
        PlannerProcess.Interrupt(destination);
        await destination.WaitForExitAsync(Stop);
        Assert.Equal(0, destination.ExitCode);

        var id = await fleet.MigrateAsync("h2");
        await AgentFleet.UntilAsync(async () =>
            (await KilledUnderLoad.GetAsync(fleet.Http, $"/v1/migrations/{id}")).GetProperty("statusDetail").GetString() == "waits for the agent of h2, which is away");
        await fleet.StartAgentAsync("h2", null);

        Assert.Equal("completed", (await fleet.EndAsync(id)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_join_token_lets_one_host_join_once_and_a_revoked_key_comes_no_more()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        var token = await fleet.InviteAsync("h1");
        var agent = await fleet.StartAgentAsync("h1", token);

        var second = await PlannerProcess.EndAsync(fleet.Launch("h1", token, Path.Combine(Path.GetTempPath(), $"at-{Guid.NewGuid():N}")), cancel: Stop);
        Assert.Equal((2, "planner: The join token is not known for 'h1', or it was used: have another one made with POST /v1/enrolments.\n"), (second.Status, second.Error));
        var other = await PlannerProcess.EndAsync(fleet.Launch("h1", await fleet.InviteAsync("h1"), Path.Combine(Path.GetTempPath(), $"at-{Guid.NewGuid():N}")), cancel: Stop);
        Assert.Equal((2, "planner: 'h1' has joined with another key: if that host is gone, DELETE /v1/enrolments/h1 and have another token made.\n"), (other.Status, other.Error));
        var foreign = token[..^64] + new string('0', 64);
        var elsewhere = await PlannerProcess.EndAsync(fleet.Launch("h9", foreign), cancel: Stop);
        Assert.Equal((2, $"planner: {fleet.AgentsUrl}/ is not the service that made the token: its authority has another hash. Check the address.\n"), (elsewhere.Status, elsewhere.Error));
        var none = await PlannerProcess.EndAsync(fleet.Launch("h9", null), cancel: Stop);
        Assert.Equal((2, "planner: This host has not joined yet: give --join TOKEN, which POST /v1/enrolments of the service makes.\n"), (none.Status, none.Error));

        using var revoked = await fleet.Http.DeleteAsync("/v1/enrolments/h1", Stop);
        Assert.Equal(204, (int)revoked.StatusCode);
        await agent.WaitForExitAsync(Stop);
        Assert.Equal(2, agent.ExitCode);
        Assert.Contains("The key of 'h1' was revoked", await agent.StandardError.ReadToEndAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_agents_of_one_name_are_not_attached_at_once()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        using var copy = fleet.Launch("h1", null);

        Assert.StartsWith("planner: another agent works with ", await copy.StandardError.ReadToEndAsync(Stop), StringComparison.Ordinal);
        await copy.WaitForExitAsync(Stop);
        Assert.Equal(2, copy.ExitCode);
    }

    [Fact]
    public async Task Strangers_at_the_door_keep_no_agent_out()
    {
        using var fleet = await AgentFleet.StartAsync(Stop);
        var port = new Uri(fleet.AgentsUrl).Port;
        var silent = new List<TcpClient>();
        for (var i = 0; i < 500; i++)
        {
            var client = new TcpClient();
            silent.Add(client);
            await client.ConnectAsync("127.0.0.1", port, Stop);
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=h1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                LocalCertificateSelectionCallback = (_, _, _, _, _) => own,
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = new Uri(fleet.AgentsUrl), DefaultRequestVersion = new Version(2, 0) };
        var refused = await Record.ExceptionAsync(() => http.GetAsync("/v1/enrolments/authority", Stop));
        Assert.True(refused is HttpRequestException or AuthenticationException, refused?.ToString());

        // Without any certificate there is the door to join by, and nothing behind it.
        using var bare = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } };
        using var stranger = new HttpClient(bare) { BaseAddress = new Uri(fleet.AgentsUrl), DefaultRequestVersion = new Version(2, 0) };
        using var call = new HttpRequestMessage(HttpMethod.Post, "/planner.agents.v1.Agents/Ask") { Version = new Version(2, 0), Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
        call.Content.Headers.ContentType = new("application/grpc");
        using var answer = await stranger.SendAsync(call, Stop);
        Assert.Equal("7", answer.Headers.TryGetValues("grpc-status", out var status) ? status.Single() : answer.TrailingHeaders.GetValues("grpc-status").Single());

        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        silent.ForEach(c => c.Dispose());
    }
}
