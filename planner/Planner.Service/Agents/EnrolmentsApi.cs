using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Planner.Documents;

namespace Planner.Service;

/// <summary>Agents: who may join, certificates and their renewal, and whose key is taken no more.</summary>
internal static class EnrolmentsApi
{
    private static readonly TimeSpan UsualLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(7);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/enrolments", InviteAsync).Accepts<EnrolmentBody>("application/json").Produces<Invitation>(201)
            .WithSummary("Makes a token with which the host may join once, as 'planner agent --join TOKEN' does. It is told once.").Needs(Scope.Admin);
        api.MapGet("/enrolments", (HttpContext http, ServiceParts parts) => Results.Json(
                http.List(parts, Kinds.Agent, r => View(parts, r.Name), _ => EnrolmentView.NoLabels), ServiceJson.Default.PageEnrolmentView))
            .Produces<Page<EnrolmentView>>().WithSummary("Hosts with an agent, by name, and whether it is attached: ?limit, ?after.").Takes("limit", "after").Needs(Scope.Read);
        api.MapGet("/enrolments/{node}", (ServiceParts parts, string node) => Results.Json(
                parts.AgentBook.Find(node) is null ? throw new RefusedException(StatusCodes.Status404NotFound, $"There is no agent on '{node}', and none is to be there.") : View(parts, node), ServiceJson.Default.EnrolmentView))
            .Produces<EnrolmentView>().WithSummary("A host's agent, with the machines that it finds there.").Needs(Scope.Read);
        api.MapDelete("/enrolments/{node}", Revoke).Produces(204).WithSummary("Revokes a host's key, and tokens that were made for it.").Needs(Scope.Admin);

        // Whoever calls these shows a token, or signs with a key.
        api.MapGet("/enrolments/authority", (ServiceParts parts) => Results.Json(new AuthorityAnswer(Authority(parts).Pem), ServiceJson.Default.AuthorityAnswer))
            .Produces<AuthorityAnswer>().WithSummary("The certificates of the authority for agents, as PEM.");
        api.MapGet("/enrolments/{node}/challenge", (ServiceParts parts, string node) => Results.Json(new ChallengeAnswer(parts.AgentBook.Challenge(Calls.Checked(node))), ServiceJson.Default.ChallengeAnswer))
            .Produces<ChallengeAnswer>().WithSummary("What a host signs with its key to get another certificate; good for a minute.");
        api.MapPost("/enrolments/{node}/certificate", CertifyAsync).Accepts<CertificateBody>("application/json").Produces<CertificateAnswer>()
            .WithSummary("Certifies a host's key: with a join token, or with a signed challenge for a key that has joined.");
    }

    private static async Task<IResult> InviteAsync(HttpContext http, ServiceParts parts)
    {
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.EnrolmentBody).ConfigureAwait(false);
        var lasts = UsualLife;
        if (body.Lasts is { } text && !(UnitText.TryParseDuration(text, out lasts) && lasts > TimeSpan.Zero && lasts <= LongestLife))
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"'lasts' is '{text}'; a time {UnitText.DurationForm} of at most 7d is expected.");
        }

        var expires = parts.Now + lasts;
        var token = parts.AgentBook.Invite(http, Calls.Checked(body.Node), expires);
        return Results.Json(new Invitation(body.Node, token.ToString(), expires), ServiceJson.Default.Invitation, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> CertifyAsync(HttpContext http, ServiceParts parts, string node)
    {
        Authority(parts);
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.CertificateBody).ConfigureAwait(false);
        using var certificate = body switch
        {
            { JoinToken: { } token } => parts.AgentBook.Join(Calls.Checked(node), token, body.Request),
            { Challenge: { } challenge, Signature: { } signature } => parts.AgentBook.Renew(Calls.Checked(node), challenge, signature, body.Request),
            _ => throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "Give a 'joinToken', or a 'challenge' with its 'signature'."),
        };
        parts.Events.Wake();
        return Results.Json(new CertificateAnswer(certificate.ExportCertificatePem(), Authority(parts).Pem), ServiceJson.Default.CertificateAnswer);
    }

    private static IResult Revoke(HttpContext http, ServiceParts parts, string node)
    {
        parts.AgentBook.Revoke(http, node);
        parts.Agents.Find(node)?.Words.Writer.TryComplete();
        parts.Events.Wake();
        return Results.NoContent();
    }

    private static AgentAuthority Authority(ServiceParts parts) => parts.AgentBook.Authority
        ?? throw new RefusedException(StatusCodes.Status404NotFound, "This service takes no agents: start it with --agents https://ADDRESS:PORT.");

    private static EnrolmentView View(ServiceParts parts, string node)
    {
        var (agent, attached) = (parts.AgentBook.Find(node)!, parts.Agents.Find(node));
        return new EnrolmentView(node, agent.Joined, agent.CertifiedUntil, agent.JoinExpires is { } expires && expires > parts.Now ? expires : null)
        {
            AttachedSince = attached?.Since,
            Version = attached?.Hello.Version,
            LostBatches = attached?.Hello.Lost,
            IsEmpty = attached?.Inventory is { IsWhole: true } inventory ? inventory.Machines.Count == 0 : null,
            Machines = attached?.Inventory is { } found ? [.. found.Machines.Select(m => new FoundMachineView(m.Name, m.Target.Length > 0 ? m.Target : null, m.Process))] : null,
        };
    }
}
