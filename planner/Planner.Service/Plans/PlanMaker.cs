using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Planner.Documents;
using Planner.Fleet;
using Planner.Policies;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Makes plans of what callers send: a fleet's file, or a task for the nodes and machines that are registered.</summary>
internal sealed class PlanMaker(ServiceParts parts) : IDisposable
{
    /// <summary>The longest text of a fleet, in bytes: some 100,000 machines.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private static readonly PlanOptions Usual = new(1, 1000);

    // Planning keeps a processor busy for seconds: one at a time.
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Makes a plan and keeps it. Nothing moves.</summary>
    /// <param name="http">The call.</param>
    /// <param name="body">The body.</param>
    /// <param name="approval">Who has to approve what.</param>
    /// <param name="notBefore">Before that nothing begins; null for at once.</param>
    /// <returns>The plan, with its steps.</returns>
    /// <exception cref="DocumentException">The fleet is not valid.</exception>
    /// <exception cref="RefusedException">Something that is needed is not registered, or the key was used for something else.</exception>
    public async Task<PlanState> MakeAsync(HttpContext http, byte[] body, string approval, DateTimeOffset? notBefore)
    {
        var (caller, key) = (http.Caller().Name, http.IdempotencyKey());
        var hash = Convert.ToHexStringLower(SHA256.HashData([.. body, .. Encoding.UTF8.GetBytes($" {approval} {notBefore:O}")]));
        if (key is not null && parts.Records.Change(change => change.FindPlanByKey(caller, key)) is { } earlier)
        {
            return Repeated(earlier, hash);
        }

        if (!await _one.WaitAsync(TimeSpan.FromSeconds(20), http.RequestAborted).ConfigureAwait(false))
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "Other plans are being made: ask again in a moment.");
        }

        try
        {
            return await Task.Run(() => Make(Text(body), caller, key, hash, approval, notBefore, change => http.Note(parts, change, StatusCodes.Status201Created, null)), http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Makes a plan of a task for what is registered, and keeps it.</summary>
    /// <param name="http">The call.</param>
    /// <param name="task">The task, as in a fleet's file.</param>
    public async Task<PlanState> MakeForAsync(HttpContext http, JsonObject task)
    {
        await _one.WaitAsync(http.RequestAborted).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Make(new RegisteredFleet(parts).Write(task), http.Caller().Name, null, null, PlanState.NoApproval, null, _ => { }), http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Makes a plan of a text and keeps it.</summary>
    /// <param name="text">The fleet's text.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="key">The caller's own key; null for none.</param>
    /// <param name="hash">The hash of the request.</param>
    /// <param name="approval">Who has to approve what.</param>
    /// <param name="notBefore">Before that nothing begins; null for at once.</param>
    /// <param name="note">Writes the call down, in the same change.</param>
    private PlanState Make(string text, string caller, string? key, string? hash, string approval, DateTimeOffset? notBefore, Action<ServiceChange> note)
    {
        var classes = parts.Policies.All;
        var devices = new Dictionary<string, DeviceBlackout>();
        bool IsProfile(string name) => devices.ContainsKey(name) || (parts.Options.DeviceBlackoutOf(name) is { } blackout && devices.TryAdd(name, blackout));
        var fleet = FleetEvidence.AddTo(FleetText.Read(text, RequestBody.Name, new FleetNames([.. classes.Select(c => c.Name)], IsProfile)), parts.Samples);
        var plan = new FleetPlanner(fleet, classes, devices).Plan(Usual);
        var id = Guid.CreateVersion7(parts.Now).ToString();
        var state = new PlanState
        {
            Id = id,
            State = PlanState.Planned,
            Kind = JsonNamingPolicy.CamelCase.ConvertName(plan.Kind.ToString()),
            Hash = plan.Hash,
            AskedBy = caller,
            CreateTime = parts.Now,
            NotBefore = notBefore,
            Approval = approval,
            Feasible = plan.IsFeasible,
            Reason = plan.Reason,
            MakespanP50Seconds = plan.MakespanP50Seconds,
            MakespanP95Seconds = plan.MakespanP95Seconds,
            LowerBoundSeconds = plan.LowerBoundSeconds,
            Blocked = plan.Blocked,
            LastSafeStart = plan.LastSafeStart,
            Emptied = plan.Kind switch
            {
                FleetTaskKind.Drain => fleet.Task.Drain,
                FleetTaskKind.Upgrade => [.. plan.Reboots.Select(r => r.Host)],
                _ => [],
            },
        }.With(plan);
        var inputs = new PlanInputs(text, [.. classes.Select(c => SlaPolicyJson.Write(c))], devices, fleet.Evidence, Usual, plan);
        var stored = new StoredPlan(id, false, 1, PlanJson.Write(state), JsonSerializer.Serialize(inputs, PlanJson.Default.PlanInputs), caller, parts.Now) { Key = key, RequestHash = key is null ? null : hash };
        StoredPlanStep[] steps = [.. PlanSteps.Of(plan, [], fleet).Steps.Select(s => PlanJson.Write(id, s))];
        var other = parts.Records.Change(change =>
        {
            note(change);
            if (key is not null && change.FindPlanByKey(caller, key) is { } same)
            {
                return same;
            }

            change.Insert(stored);
            foreach (var step in steps)
            {
                change.Put(step);
            }

            change.Append(PlanEvents.Of(state, "plan.made", parts.Now));
            return null;
        });
        parts.Events.Wake();
        return other is null ? new LivePlan(stored, steps).View(parts.Now) : Repeated(other, hash);
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private PlanState Repeated(StoredPlan earlier, string? hash)
    {
        Calls.CheckRepeated(earlier.RequestHash, hash);
        return parts.Plans.Find(earlier.Id);
    }

    /// <summary>The text of the fleet: the body itself, or what is registered if the body is a task alone.</summary>
    private string Text(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        if (!text.AsSpan().TrimStart().StartsWith("{"))
        {
            return text;
        }

        JsonNode? json;
        try
        {
            json = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // YAML begins with a brace, too; its reader says what is wrong.
            return text.Replace('\t', ' ');
        }

        // A tab between the parts of a JSON text is a blank; YAML allows none there.
        return json is JsonObject only && only.Count == 1 && only["task"] is JsonObject task ? new RegisteredFleet(parts).Write(task) : text.Replace('\t', ' ');
    }
}
