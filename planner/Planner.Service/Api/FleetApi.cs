using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Planner.Service;

/// <summary>The fleet at a glance.</summary>
internal static class FleetApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/fleet", (ServiceParts parts) => Results.Bytes(parts.Fleet.Read(), "application/json"))
            .Produces<FleetView>().WithSummary("The fleet at a glance: what is wrong and what to do, what moves, classes, hosts, and every machine with the reason why it stays.").Needs(Scope.Read);
}
