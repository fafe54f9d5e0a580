namespace Planner.Fleet;

/// <summary>The moves of a plan, each with what is expected of it at its bandwidth.</summary>
internal sealed class MoveSet(FleetModel model, MoveForecaster forecaster)
{
    private readonly List<(int Machine, int From, int To, MoveForecast Forecast)> _moves = [];

    public int Count => _moves.Count;

    public int Machine(int move) => _moves[move].Machine;

    public int From(int move) => _moves[move].From;

    public int To(int move) => _moves[move].To;

    public MoveForecast Forecast(int move) => _moves[move].Forecast;

    public double Seconds(int move) => _moves[move].Forecast.P50Seconds;

    public double Rate(int move) => _moves[move].Forecast.BytesPerSecond;

    /// <summary>Whether the target was given, and so must not be changed.</summary>
    public bool IsFixed(int move) => model.To[_moves[move].Machine] >= 0;

    /// <summary>Adds a move at the full bandwidth of its way.</summary>
    public void Add(int machine, int from, int to) => Add(machine, from, to, model.Rate(from, to));

    /// <summary>Adds a move at a bandwidth in bytes per second.</summary>
    public void Add(int machine, int from, int to, double bytesPerSecond) => _moves.Add((machine, from, to, forecaster.Of(machine, bytesPerSecond)));

    /// <summary>Gives a move another target.</summary>
    public void Redirect(int move, int to)
    {
        var (machine, from, _, _) = _moves[move];
        _moves[move] = (machine, from, to, forecaster.Of(machine, model.Rate(from, to)));
    }
}
