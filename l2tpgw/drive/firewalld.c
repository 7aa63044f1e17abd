/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/firewalld.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "base/mem.h"

#define NAME    "org.fedoraproject.FirewallD1"
#define PATH    "/org/fedoraproject/FirewallD1"
#define ZONE    NAME ".zone"
#define WAIT_US 15000000u /* it does one thing after the other, and a reload takes seconds */

struct firewalld {
	sd_bus *bus;
};

static int failed(struct err *err, const sd_bus_error *error, int errnum, const char *what)
{
	if (sd_bus_error_is_set(error))
		return err_set(err, ERR_FAILED, "firewalld: %s: %.500s", what,
			       error->message ? error->message : error->name);
	return err_errno(err, -errnum, "firewalld: %s", what);
}

/* Its errors have one name, and begin with a word that says which it is. */
static bool says(const sd_bus_error *error, const char *word)
{
	return error->message && !strncmp(error->message, word, strlen(word));
}

static bool is_absent(const sd_bus_error *error)
{
	return sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
	       sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

static void message_free(sd_bus_message **message)
{
	(void)sd_bus_message_unref(*message);
}
#define cleanup_message __attribute__((cleanup(message_free)))

static int message_new(sd_bus *bus, const char *interface, const char *method,
		       sd_bus_message **message)
{
	int rc = sd_bus_message_new_method_call(bus, message, NAME, PATH, interface, method);

	return rc < 0 ? rc : sd_bus_message_set_auto_start(*message, 0);
}

/* A method that takes up to two texts and a number, and answers with a text or a truth. */
static int call(struct firewalld *firewalld, const char *interface, const char *method,
		const char *const texts[2], const int *number, sd_bus_error *error,
		sd_bus_message **reply)
{
	cleanup_message sd_bus_message *message = NULL;
	int rc = message_new(firewalld->bus, interface, method, &message);

	for (unsigned i = 0; rc >= 0 && i < 2 && texts[i]; i++)
		rc = sd_bus_message_append_basic(message, 's', texts[i]);
	if (rc >= 0 && number)
		rc = sd_bus_message_append_basic(message, 'i', number);
	return rc < 0 ? rc : sd_bus_call(firewalld->bus, message, WAIT_US, error, reply);
}

static int ask_text(struct firewalld *firewalld, const char *interface, const char *method,
		    const char *argument, char *text, size_t size, sd_bus_error *error)
{
	const char *const texts[2] = { argument, NULL };
	cleanup_message sd_bus_message *reply = NULL;
	const char *answer;
	int rc = call(firewalld, interface, method, texts, NULL, error, &reply);

	if (rc >= 0)
		rc = sd_bus_message_read_basic(reply, 's', &answer);
	if (rc >= 0)
		(void)snprintf(text, size, "%s", answer);
	return rc;
}

static void error_free(sd_bus_error *error)
{
	sd_bus_error_free(error);
}
#define cleanup_error __attribute__((cleanup(error_free)))

int firewalld_open(struct firewalld **firewalld, struct err *err)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	char zone[FIREWALLD_ZONE_MAX];
	sd_bus *bus = NULL;
	int rc;

	*firewalld = NULL;
	if (sd_bus_open_system(&bus) < 0)
		return 1;
	*firewalld = mem_alloc(sizeof(**firewalld));
	(*firewalld)->bus = bus;
	rc = ask_text(*firewalld, NAME, "getDefaultZone", NULL, zone, sizeof(zone), &error);
	if (rc >= 0)
		return 0;
	firewalld_close(firewalld);
	*firewalld = NULL;
	return is_absent(&error) ? 1 : failed(err, &error, rc, "its default zone");
}

void firewalld_close(struct firewalld **firewalld)
{
	if (!*firewalld)
		return;
	(void)sd_bus_flush_close_unref((*firewalld)->bus);
	free(*firewalld);
}

int firewalld_zone_of(struct firewalld *firewalld, const char *ifname,
		      char zone[FIREWALLD_ZONE_MAX], struct err *err)
{
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	int rc = ask_text(firewalld, ZONE, "getZoneOfInterface", ifname, zone, FIREWALLD_ZONE_MAX,
			  &error);

	if (rc >= 0 && !*zone)
		rc = ask_text(firewalld, NAME, "getDefaultZone", NULL, zone, FIREWALLD_ZONE_MAX,
			      &error);
	return rc < 0 ? failed(err, &error, rc, "the zone of an interface") : 0;
}

struct methods {
	const char *query, *add, *remove;
	bool timed; /* add takes a time-out */
};

static int act_on(struct firewalld *firewalld, const struct methods *methods,
		  enum firewalld_act act, const char *const texts[2], struct err *err)
{
	static const int forever = 0;
	const char *const method[] = { methods->query, methods->add, methods->remove };
	bool timed = act == FIREWALLD_ADD && methods->timed;
	cleanup_error sd_bus_error error = SD_BUS_ERROR_NULL;
	cleanup_message sd_bus_message *reply = NULL;
	int rc, there = 0;

	rc = call(firewalld, ZONE, method[act], texts, timed ? &forever : NULL, &error, &reply);
	if (rc >= 0 && act == FIREWALLD_QUERY)
		rc = sd_bus_message_read_basic(reply, 'b', &there);
	if (rc >= 0)
		return there;
	if (says(&error, "ALREADY_ENABLED") || says(&error, "ZONE_ALREADY_SET") ||
	    says(&error, "NOT_ENABLED") || says(&error, "UNKNOWN_INTERFACE"))
		return 0;
	/* A zone that is gone took with it what was in it. */
	if (act != FIREWALLD_ADD && says(&error, "INVALID_ZONE"))
		return 0;
	return failed(err, &error, rc, texts[1]);
}

int firewalld_rule(struct firewalld *firewalld, enum firewalld_act act, const char *zone,
		   const char *rule, struct err *err)
{
	static const struct methods methods = { "queryRichRule", "addRichRule", "removeRichRule",
						.timed = true };
	const char *const texts[2] = { zone, rule };

	return act_on(firewalld, &methods, act, texts, err);
}

int firewalld_interface(struct firewalld *firewalld, enum firewalld_act act, const char *zone,
			const char *ifname, struct err *err)
{
	static const struct methods methods = { "queryInterface", "addInterface", "removeInterface",
						.timed = false };
	const char *const texts[2] = { zone, ifname };

	return act_on(firewalld, &methods, act, texts, err);
}
