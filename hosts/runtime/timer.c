/* SPDX-License-Identifier: MIT
 * Timers: the C half of timer.ts. A one-shot timer is gone after its callback, unless that scheduled it again. */
#include "xsmc.h"

#include "port.h"
#include "timer.h"

#include <stdlib.h>

typedef enum TimerState {
	TIMER_IDLE,	/* until it is scheduled */
	TIMER_SCHEDULED,
	TIMER_RUNNING	/* in its callback, which has not scheduled it again */
} TimerState;

typedef struct Timer {
	struct Timer *next;
	TimerState state;
	double due;
	double interval;	/* 0: once */
	uint64_t order;	/* of two that are due at once, the one scheduled first runs first */
	xsSlot self;	/* remembered, so that the collector keeps it while it is in the list */
	xsSlot *callback;
} Timer;

static struct {
	Timer *first;
	uint64_t order;
} timers;

static void unlink_timer(Timer *timer)
{
	for (Timer **p = &timers.first; *p; p = &(*p)->next)
		if (*p == timer) {
			*p = timer->next;
			return;
		}
}

static void destroy(void *data)
{
	if (data) {
		unlink_timer(data);
		free(data);
	}
}

static void mark(xsMachine *the, void *data, xsMarkRoot mark_root)
{
	Timer *timer = data;

	if (timer && timer->callback)
		(*mark_root)(the, timer->callback);
}

static const xsHostHooks hooks = { destroy, mark, NULL };

static void schedule(Timer *timer, double delay, double interval)
{
	timer->state = TIMER_SCHEDULED;
	timer->due = xs_ota_port_now() + (delay > 0 ? delay : 0);
	timer->interval = interval > 0 ? interval : 0;
	timer->order = timers.order++;
}

static void forget(xsMachine *the, Timer *timer)
{
	xsSlot self = xsAccess(timer->self);

	xsForget(timer->self);
	xsmcSetHostData(self, NULL);
	destroy(timer);
}

/* false for an argument that the script left out: timer.ts passes it on as undefined */
static bool given(xsMachine *the, int index)
{
	return xsmcArgc > index && xsmcTypeOf(xsArg(index)) != xsUndefinedType;
}

static double number_argument(xsMachine *the, int index)
{
	return given(the, index) ? xsmcToNumber(xsArg(index)) : 0;
}

static void create(xsMachine *the, double delay, double interval)
{
	Timer *timer;

	if (xsmcArgc < 1 || !xsmcIsCallable(xsArg(0)))
		xsTypeError("callback is not a function");
	timer = calloc(1, sizeof(*timer));
	if (!timer)
		xsUnknownError("no memory for a timer");
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostData(xsResult, timer);
	xsSetHostHooks(xsResult, &hooks);
	timer->callback = xsToReference(xsArg(0));
	timer->self = xsResult;
	xsRemember(timer->self);
	timer->next = timers.first;
	timers.first = timer;
	schedule(timer, delay, interval);
}

void xs_timer_set(xsMachine *the)
{
	create(the, number_argument(the, 1), number_argument(the, 2));
}

void xs_timer_repeat(xsMachine *the)
{
	double interval = number_argument(the, 1);

	create(the, interval, interval);
}

void xs_timer_schedule(xsMachine *the)
{
	Timer *timer = xsmcGetHostDataValidate(xsArg(0), (void *)&hooks);

	if (given(the, 1))
		schedule(timer, number_argument(the, 1), number_argument(the, 2));
	else
		timer->state = TIMER_IDLE;
}

void xs_timer_clear(xsMachine *the)
{
	Timer *timer;

	if (xsmcArgc == 0 || xsmcTypeOf(xsArg(0)) != xsReferenceType || xsGetHostHooks(xsArg(0)) != &hooks)
		return;
	timer = xsmcGetHostData(xsArg(0));
	if (timer)
		forget(the, timer);
}

void xs_timer_delay(xsMachine *the)
{
	double end = xs_ota_port_now() + number_argument(the, 0);

	while (xs_ota_port_now() < end)
		;
}

static Timer *next_timer(void)
{
	Timer *next = NULL;

	for (Timer *t = timers.first; t; t = t->next) {
		if (t->state != TIMER_SCHEDULED)
			continue;
		if (!next || t->due < next->due || (t->due == next->due && t->order < next->order))
			next = t;
	}
	return next;
}

static void call_back(xsMachine *machine, Timer *timer)
{
	xsBeginHost(machine);
	{
		xsmcVars(1);
		xsVar(0) = xsAccess(timer->self);
		timer->state = TIMER_RUNNING;
		xsCallFunction1(xsReference(timer->callback), xsGlobal, xsVar(0));
		if (xsmcGetHostData(xsVar(0)) == timer && timer->state == TIMER_RUNNING) {
			if (timer->interval > 0)
				schedule(timer, timer->interval, timer->interval);
			else
				forget(the, timer);
		}
	}
	xsEndHost(machine);
}

void xs_ota_timer_run(xsMachine *the)
{
	Timer *timer = next_timer();

	if (timer && timer->due <= xs_ota_port_now())
		call_back(the, timer);
}

double xs_ota_timer_wait(double limit)
{
	Timer *timer = next_timer();
	double wait = timer ? timer->due - xs_ota_port_now() : limit;

	return wait < 0 ? 0 : wait < limit ? wait : limit;
}
